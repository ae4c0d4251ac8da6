raise RuntimeError("this module must not be imported by looking for plug-ins")
