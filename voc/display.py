"""What Jupyter shows of a run, an issue, quotes and an evaluation: small tables, every value escaped."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from voc.issue_view import about

if TYPE_CHECKING:
    from collections.abc import Sequence

    from voc.evaluation import Evaluation
    from voc.issue_view import IssueView
    from voc.result import Result
    from voc.types import Interval, Quote

MOST = 10
"""Issues that a run shows."""
_QUOTES = 3

# Jupyter would read a price between two dollar signs as a formula; these classes tell it not to.
_TEMPLATES = {
    "result": """\
<div class="tex2jax_ignore mathjax_ignore">
<p><b>{{ count(result.ranked | length, "issue") }}</b> in {{ count(voices, "voice") }}
({% for name, share in moods %}{{ "%.0f" | format(100 * share) }} % {{ name }}{{ ", " if not loop.last }}{% endfor %})</p>
{% if result.ranked %}
<table><thead><tr><th>#</th><th>issue</th><th>priority</th><th>records</th><th>negative</th><th>trend</th></tr></thead><tbody>
{% for issue in result.ranked[:most] %}
<tr><td>{{ issue.rank }}</td><td style="text-align: start" dir="auto">{{ issue.label }}</td><td>{{ "%.0f" | format(issue.priority) }}</td>
<td>{{ "{:,}".format(issue.volume) }}</td><td>{{ percent(issue.negative_share) }}</td><td>{{ issue.trend_flag }}</td></tr>
{% endfor %}
</tbody></table>
{% endif %}
{% if result.ranked | length > most %}<p>… and {{ result.ranked | length - most }} more in <code>.issues</code></p>{% endif %}
</div>""",
    "issue": """\
<div class="tex2jax_ignore mathjax_ignore">
<p><b>#{{ issue.rank }} <span dir="auto">{{ issue.label }}</span></b> <code>{{ issue.issue_id }}</code><br>{{ issue.reason }}</p>
<table><tbody>
<tr><th>priority</th><td>{{ "%.0f" | format(issue.priority) }} of 100</td></tr>
<tr><th>records</th><td>{{ "{:,}".format(issue.volume) }} by {{ count(issue.authors, "person", "people") }}</td></tr>
<tr><th>negative</th><td>{{ percent(issue.negative_share) }}</td></tr>
<tr><th>trend</th><td>{{ issue.trend_flag }}{% if issue.trend_ratio %}, ×{{ number(issue.trend_ratio) }}{% endif %}</td></tr>
{% for name, part in issue.parts.items() %}
<tr><th>{{ name }}</th><td>{{ number(part) }}</td></tr>
{% endfor %}
</tbody></table>
{{ quotes }}
</div>""",
    "quotes": """\
<div class="tex2jax_ignore mathjax_ignore">
{% for quote in quotes %}
<blockquote><span lang="{{ quote.language }}" dir="auto">{{ quote.text }}</span><br><small>{{ about(quote) | join(" · ") }}</small></blockquote>
{% else %}
<p>no quotes</p>
{% endfor %}
</div>""",
    "evaluation": """\
<div class="tex2jax_ignore mathjax_ignore">
<p><b>{{ found.task }}</b> by <code>{{ found.model }}</code>: {{ "{:,}".format(found.used) }} of {{ count(found.rows_read, "row") }} used</p>
<table><thead><tr><th>{{ found.task }}</th><th>rows</th><th>precision</th><th>recall</th><th>F1</th></tr></thead><tbody>
{% for one in classes %}
<tr><td style="text-align: start">{{ one.label }}</td><td>{{ "{:,}".format(one.n) }}</td>
<td>{{ number(one.precision) }}</td><td>{{ number(one.recall) }}</td><td>{{ number(one.f1) }}</td></tr>
{% endfor %}
<tr><th>macro-F1</th><td colspan="4">{{ number(scores.macro_f1) }}</td></tr>
<tr><th>accuracy</th><td colspan="4">{{ number(scores.accuracy) }}</td></tr>
<tr><th>calibration error</th><td colspan="4">{{ "%.3f" | format(found.overall.calibration.ece) }}</td></tr>
</tbody></table>
<p>In brackets: 95 % intervals. <code>print()</code> shows languages, calibration and mistakes too.</p>
</div>""",
}


def result_html(result: Result) -> str:
    """How many issues and voices, and the first ``MOST`` issues."""
    kept = result.feedback[result.feedback["duplicate_of"].isna()]
    shares = kept["sentiment"].value_counts(normalize=True)
    moods = [(name, float(share)) for name, share in shares.items()]
    return _render("result", result=result, voices=len(kept), moods=moods, most=MOST)


def issue_html(view: IssueView) -> str:
    """An issue's numbers with their intervals, why it ranks where it does, and some quotes."""
    from markupsafe import Markup

    return _render("issue", issue=view.issue, quotes=Markup(quotes_html(view.quotes(_QUOTES))))


def quotes_html(quotes: Sequence[Quote]) -> str:
    """Quotes in their own writing direction, each with what is known of it."""
    return _render("quotes", quotes=quotes)


def evaluation_html(found: Evaluation) -> str:
    """The overall scores and those of every class that is labelled or answered."""
    scores = found.overall.scores
    classes = [one for one in scores.classes if one.n or one.answered]
    return _render("evaluation", found=found, scores=scores, classes=classes)


def _render(name: str, **values: Any) -> str:
    rendered: str = _environment().get_template(name).render(**values)
    return rendered


@cache
def _environment() -> Any:
    from jinja2 import DictLoader

    from voc.report.escaping import escaping_environment

    environment = escaping_environment(DictLoader(_TEMPLATES))
    environment.globals.update(number=_number, percent=_percent, count=_count, about=about)
    return environment


def _number(value: Interval | None) -> str:
    return "–" if value is None else f"{value.estimate:.2f} [{value.low:.2f}, {value.high:.2f}]"


def _percent(value: Interval) -> str:
    return f"{value.estimate:.0%} [{value.low:.0%}, {value.high:.0%}]"


def _count(n: int, one: str, many: str = "") -> str:
    return f"{n:,} {one if n == 1 else many or one + 's'}"
