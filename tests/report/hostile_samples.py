"""A company whose customers attack: texts, labels, columns, files, segments and settings that would like to run."""

import report_samples as samples

from voc.config import PrioritySettings, TrendSettings
from voc.insight.issues import build_issues

PAYLOADS = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</style><svg onload=alert(1)>",
    "</script><script>alert(1)</script>",
    "<a href='javascript:alert(1)'>click</a>",
    "![x](javascript:alert(1))",
    "[click](https://evil.example/?q=1)",
    "<https://evil.example>",
    "http://evil.example and www.evil.example",
    "=HYPERLINK(\"http://evil.example\",\"click\")",
    "+1+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(1+1)",
    "{{ 7*7 }} {% raw %} {0} {n} %s",
    "| a | b |\n|---|---|\n# heading\n- [x] done\n1. one",
    "<!-- --> ]]> &lt;script&gt; &#60;script&#62;",
    "`code` **bold** _it_ ~~gone~~ $x^2$",
    "data:text/html,<script>alert(1)</script>",
    "</title></style></script></textarea></noscript><script>window.__pwned = 1</script>",
    "<svg><script href='data:,window.__pwned=1'></script><animate onbegin=window.__pwned=1 attributeName=x></svg>",
    "<svg><a xlink:href='javascript:window.__pwned=1'><text y=20>x</text></a><use href='https://evil.example/x.svg#x'/></svg>",
    "<style>@import url(https://evil.example/x.css); * { background: url(https://evil.example/x.png) }</style>",
    "x;background:url(https://evil.example/x.png);width:expression(window.__pwned=1)",
    "\" style=\"animation-name:x;background:url('//evil.example/x')\" onanimationstart=\"window.__pwned=1",
    "<iframe srcdoc='<script>parent.__pwned=1</script>' src='https://evil.example'></iframe>",
    "<object data='javascript:window.__pwned=1'></object><embed src='https://evil.example/x.swf'>",
    "<meta http-equiv=refresh content='0;url=https://evil.example'><base href='https://evil.example/'>",
    "<link rel=stylesheet href='//evil.example/x.css'><link rel=prefetch href='https://evil.example'>",
    "<form action='https://evil.example'><input autofocus onfocus=window.__pwned=1><button formaction='javascript:window.__pwned=1'>x",
    "<details open ontoggle=window.__pwned=1><video><source onerror=window.__pwned=1></video>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror=window.__pwned=1&gt;'>",
    "javascript:/*--></title></style></textarea></script><svg/onload='+/\"/+/onmouseover=1/+/[*/[]/+window.__pwned=1//'>",
    "<a href='#' id=issues name=filter onclick=window.__pwned=1>x</a><img name=body>",
    "![x](https://evil.example/x.png)\n[x]: https://evil.example 'x'\n<https://evil.example/?q=1>",
    "\t=cmd|'/C calc'!A0",
    "%0A=1+1;=DDE(\"cmd\";\"/C calc\";\"x\")",
]  # fmt: skip


def hostile_world():
    themes = [
        (f"{payload} {n}", payload, "praise" if n % 5 == 4 else f"{payload}", "positive" if n % 5 == 4 else "negative", 0.05,
         "flat", 2.0, [("en", payload), (payload, f"{payload} once more")])
        for n, payload in enumerate(PAYLOADS)
    ]  # fmt: skip
    feedback, segments = samples.tables(600, themes)
    feedback["id"] = [f"{PAYLOADS[n % len(PAYLOADS)]}{n}" for n in range(len(feedback))]
    segments["record_id"] = segments["record_id"].map(
        dict(zip([f"r{n:05d}" for n in range(600)], feedback["id"], strict=True))
    )
    feedback["author"] = [PAYLOADS[n % len(PAYLOADS)] + str(n % 97) for n in range(len(feedback))]
    feedback[PAYLOADS[0]] = [PAYLOADS[n % len(PAYLOADS)] for n in range(len(feedback))]
    feedback["source_file"] = [PAYLOADS[n % len(PAYLOADS)] for n in range(len(feedback))]
    feedback["source_row"] = range(len(feedback))
    run = samples.run_json(feedback, segments)
    run["title"] = PAYLOADS[0]
    run["voc"] = PAYLOADS[1]
    run["notes"] = PAYLOADS
    run["settings"]["insight.by"] = {"value": [PAYLOADS[0]], "from": "flag"}
    run["models"] = {payload: payload for payload in PAYLOADS}
    run["counts"]["rejected_by_code"] = dict.fromkeys(PAYLOADS, 2)
    run["counts"]["redactions"] = dict.fromkeys(PAYLOADS, 2)
    run["settings"]["report.title"] = {"value": PAYLOADS[0], "from": PAYLOADS[1]}
    run["inputs"] = [
        {"name": p, "format": p, "encoding": p, "sheet": p, "rows": 1, "mapping": {p: p}, "notes": [p]}
        for p in PAYLOADS
    ]
    issues = build_issues(
        feedback, segments, samples.topics(segments, themes), PrioritySettings(), TrendSettings(), {}
    )
    return issues, feedback, segments, run
