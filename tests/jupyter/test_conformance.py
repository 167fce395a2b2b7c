"""The official suite, `jupyter_kernel_test`, with a sample for every optional part that applies.

Not applicable: a pager (`code_page_something`), which our kernel has none of.
`runtimed/kernel-testbed` is not published on crates.io or PyPI, so `cargo verify` cannot have it;
test_protocol.py covers what its four tiers ask.
"""

import jupyter_kernel_test
from client import KERNEL

PIXEL = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


class CuadernoKernelTests(jupyter_kernel_test.KernelTests):
    kernel_name = KERNEL
    language_name = "rust"
    file_extension = ".rs"

    code_hello_world = 'println!("hello, world");'
    code_stderr = 'eprintln!("oops");'

    completion_samples = [
        {"text": "std::collections::HashM", "matches": {"HashMap"}},
        {"text": "zeros_li"},
    ]
    complete_code_samples = ["1 + 1", "let x = 5;", "fn f() {\n    1;\n}", ""]
    incomplete_code_samples = ["fn f() {", "let v = vec![1,", 'println!("hello']
    invalid_code_samples = ["let = 5;", "fn f() }", "1 + ]"]

    code_generate_error = 'panic!("expected")'
    code_execute_result = [
        {"code": "1 + 2 + 3", "result": "6"},
        {"code": "vec![1, 4, 9]", "result": "[1, 4, 9]"},
        {"code": '"text".len()', "result": "4"},
    ]
    code_display_data = [
        {"code": f'display(&MimeBundle::text("x").with("{mime}", "{content}"));', "mime": mime}
        for mime, content in [
            ("text/html", "<b>bold</b>"),
            ("image/png", PIXEL),
            ("image/svg+xml", "<svg/>"),
        ]
    ]
    code_clear_output = "clear_output(false);"

    code_history_pattern = "1 + 2*"
    supported_history_operations = ("tail", "range", "search")

    code_inspect_sample = "zeros"
