"""What is in the input, without any model: the facts that ``voc inspect`` prints."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from voc.config import Settings
from voc.pipeline import Clock, Silent, prepare_corpus, read_options, with_channel


def overview(inputs: Sequence[str], settings: Settings, as_of: datetime | None = None) -> dict[str, Any]:
    """Read and prepare the input and count what is there.

    Raises:
        VocError: the input can't be used.
    """
    from voc import io

    corpus = with_channel(io.read(inputs, read_options(settings, as_of)), settings)
    prepared = prepare_corpus(corpus, settings, Clock(Silent()))
    kept = [record for record in prepared.records if record.duplicate_of is None]
    dates = sorted(record.created_at for record in prepared.records if record.created_at)
    ratings = [record.rating for record in prepared.records if record.rating is not None]
    return {
        "sources": [asdict(source) for source in prepared.sources],
        "rows_read": prepared.rows_read,
        "records_kept": len(kept),
        "duplicates": len(prepared.records) - len(kept),
        "rejected": len(prepared.rejected),
        "rejected_by_reason": dict(Counter(item.code for item in prepared.rejected).most_common()),
        "languages": dict(Counter(record.language or "und" for record in kept).most_common()),
        "redactions": dict(
            Counter(span.kind for record in prepared.records for span in record.redactions).most_common()
        ),
        "dates": [dates[0].date().isoformat(), dates[-1].date().isoformat()] if dates else None,
        "dated": len(dates),
        "rated": len(ratings),
        "mean_rating": sum(ratings) / len(ratings) if ratings else None,
    }
