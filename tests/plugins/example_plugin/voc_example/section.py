from voc.report.sections import SectionContext
from voc.report.view import Section, Table


def languages(context: SectionContext) -> Section:
    """How much was read in each language."""
    counts = context.feedback["language"].value_counts()
    table = Table(
        "By language", ("language", "rows"), tuple((str(name), str(n)) for name, n in counts.items())
    )
    return Section("Who we hear", (f"{len(context.issues)} issues in {len(counts)} languages.",), (table,))
