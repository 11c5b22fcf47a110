"""What each command does once its options are read; the words of the command line are read in `cli`.

| command | file |
|---|---|
| `run`, `demo` | `dispatch`, then `screen`, or `headless` without one |
| `replay` | `dispatch`, then `screen`, or `replay` without one |
| `watch` | `watch` |
| `score` | `score` |
| `markets`, `config`, `alert`, `side-error` | `cli`, a file each: they print and end |

`printing` writes the report.
"""
