"""The pages of the site that the code itself says: commands, settings, columns, rules, intents, exports."""
