"""Section 4 of issue 2: every failure is an error message a student can act on."""

import re

import pytest
from client import plain

# What a traceback may never show: evcxr's and the standard library's insides.
INTERNALS = re.compile(r"evcxr|/rustc/|src/lib\.rs|run_user_code|catch_unwind|stack backtrace|\.cargo/registry|rust_eh|RUST_BACKTRACE", re.I)

OLDER = "let older = vec![1, 2, 3];"


def check_error(execution, line, number=2):
    """One error, which names the cell and its own line `number`, and shows the `line`."""
    execution.error  # exactly one
    text = execution.traceback
    assert f"In [{execution.count}]" in text, text
    assert re.search(rf"\b{number}\b", text), text
    assert line in text, text
    assert not INTERNALS.search(text), text
    assert not INTERNALS.search(plain(execution.error["evalue"]))
    assert "\x1b[" in "\n".join(execution.error["traceback"]), "no colours"
    return text


def check_goes_on(kernel):
    assert kernel.ok("let fresh = 20 + 1; fresh * 2").result == "42"


# -- failures that keep the process ----------------------------------------------------------

KEEPING = {
    "panic": ('panic!("the cat is out");', "the cat is out"),
    "unwrap": ('"x".parse::<i32>().unwrap();', "InvalidDigit"),
    "index": ("let i = older.len() + 4; println!(\"{}\", older[i]);", "the len is 3 but the index is 7"),
    "expect": ('None::<i32>.expect("a number");', "a number"),
    "overflow": ("let big = i32::MAX - older.len() as i32 + 3; let more = big + 1;", "overflow"),
    "division": ("let zero = older.len() - 3; let d = 1 / zero;", "divide by zero"),
    "assert": ("assert_eq!(older.len(), 4);", "left"),
    "?": ('"x".parse::<i32>()?;', "invalid digit found in string"),
    "? on a file": ('std::fs::File::open("no/such/file")?;', "No such file"),
    "? on None": ('older.get(9).ok_or("no tenth")?;', "no tenth"),
    "shapes": ("zeros(&[2, 3]).matmul(&zeros(&[2, 3]));", "matmul"),
    "compile": ("let wrong: i32 = true;", "mismatched types"),
}


@pytest.mark.parametrize("code, says", KEEPING.values(), ids=KEEPING)
def test_an_error_shows_its_line_and_keeps_older_variables(kernel, code, says):
    kernel.ok(OLDER)
    execution = kernel.fails(f"// line one\n{code}\n// line three")
    text = check_error(execution, code)
    assert says in text, text
    assert says in plain(execution.error["evalue"]) or execution.error["ename"].startswith("Compil")
    assert kernel.ok("older").result == "[1, 2, 3]"
    check_goes_on(kernel)


def test_stderr_has_no_second_copy_of_a_panic(kernel):
    execution = kernel.fails('panic!("once")')
    assert execution.kinds == ["error"]


def test_a_panic_inside_a_function_of_an_older_cell_names_that_cell(kernel):
    definition = kernel.ok("fn third(v: &[i32]) -> i32 {\n    let i = 3;\n    v[i]\n}")
    execution = kernel.fails("// call it\nthird(&[1, 2, 3]);")
    text = execution.traceback
    assert f"In [{definition.count}]" in text, text
    assert "v[i]" in text, text
    assert re.search(r"\b3\b", text)
    assert not INTERNALS.search(text), text


def test_a_panic_says_which_variables_are_lost(kernel):
    kernel.ok("let mut moved = vec![1]; let kept = 5;")
    execution = kernel.fails("let first_bound = 3;\nlet thief = moved;\npanic!();")
    assert "moved" in execution.traceback.replace("let thief = moved;", "")
    assert "first_bound" in execution.traceback.replace("let first_bound = 3;", "")
    assert "kept" not in execution.traceback
    assert kernel.ok("kept").result == "5"
    kernel.fails("moved")


def test_a_panic_that_loses_nothing_says_nothing_of_losses(kernel):
    kernel.ok("let kept = 5;")
    assert "lost" not in kernel.fails('panic!("no harm")').traceback


def test_changes_made_before_a_panic_stay(kernel):
    kernel.ok("let mut steps = vec![0];")
    kernel.fails("steps.push(1);\npanic!();")
    assert kernel.ok("steps").result == "[0, 1]"


def test_a_panic_caught_by_the_student_is_no_error(kernel):
    execution = kernel.ok('std::panic::catch_unwind(|| panic!("caught")).is_err()')
    assert execution.result == "true"


def test_a_panic_of_a_thread_the_cell_survives_is_reported_but_no_error(kernel):
    execution = kernel.ok('std::thread::spawn(|| panic!("in the thread")).join().is_err()')
    assert execution.result == "true"
    assert "in the thread" in execution.stderr
    assert not INTERNALS.search(execution.stderr), execution.stderr


def test_a_panic_with_many_lines_keeps_them(kernel):
    text = kernel.fails('panic!("first\\nsecond\\nhelp: third")').traceback
    assert re.search(r"first\n\s*second\n[^\x00]*help: third", text), text


def test_a_panic_whose_payload_is_no_text(kernel):
    execution = kernel.fails("std::panic::panic_any(42)")
    check_error(execution, "panic_any(42)", number=1)


def test_errors_of_the_runtime_name_the_cells_line(kernel):
    kernel.ok("let a = zeros(&[2, 3]);")
    execution = kernel.fails("// shapes\n\nlet c = a.matmul(&a);")
    check_error(execution, "let c = a.matmul(&a);", number=3)
    assert "[2, 3]" in execution.error["evalue"]


# -- failures that end the process -----------------------------------------------------------

CRASHES = {
    "abort": ("std::process::abort();", r"abort"),
    "segfault": ("unsafe { (8 as *mut u8).write_volatile(1) };", r"segmentation|memory"),
    "stack overflow": ("fn deep(n: u64) -> u64 { if n == 0 { 0 } else { 1 + deep(n + 1) } }\nprintln!(\"{}\", deep(1));", r"stack overflow|overflowed its stack|recursion"),
    "exit": ("std::process::exit(3);", r"exit.*\b3\b"),
    "exit 0": ("std::process::exit(0);", r"exit"),
    "out of memory": ("let huge = vec![1u8; 1usize << 46]; println!(\"{}\", huge.len());", r"memory|allocat"),
    "kill": ('std::process::Command::new("kill").args(["-9", &std::process::id().to_string()]).status()?;', r"kill"),
}


@pytest.mark.parametrize("code, says", CRASHES.values(), ids=CRASHES)
def test_a_crash_is_one_error_and_the_kernel_goes_on(kernel, code, says):
    kernel.ok("let precious = 7;\nfn double(x: i32) -> i32 { 2 * x }")
    execution = kernel.fails('println!("before the crash");\n' + code, limit=120)
    assert execution.stdout == "before the crash\n"
    text = execution.traceback
    assert f"In [{execution.count}]" in text, text
    assert re.search(says, text, re.I | re.S), text
    assert "precious" in text, "the variables that are lost are named"
    assert not INTERNALS.search(text), text
    kernel.fails("precious")
    assert kernel.ok("double(21)").result == "42", "functions are kept"
    assert kernel.ok("zeros(&[2]).shape().to_vec()").result == "[2]"
    check_goes_on(kernel)


def test_a_crash_aborts_the_queue(kernel):
    crash = kernel.submit("std::process::abort();")
    queued = kernel.submit('println!("never")')
    assert kernel.finish(crash, limit=120).status == "error"
    assert kernel.finish(queued).status == "aborted"
    check_goes_on(kernel)


def test_exhausting_memory_bit_by_bit(kernel):
    """Grows until the machine says no; a limit on the process stands in for a full machine."""
    kernel.ok("let precious = 7;")
    execution = kernel.fails(
        """
        unsafe extern "C" { fn setrlimit(resource: i32, limits: *const [u64; 2]) -> i32; }
        let limits = [3u64 << 30, 3u64 << 30];
        assert_eq!(unsafe { setrlimit(9, &limits) }, 0);
        let mut hoard: Vec<Vec<u8>> = Vec::new();
        loop { hoard.push(vec![1; 64 << 20]); }
        """,
        limit=120,
    )
    assert re.search("memory|allocat", execution.traceback), execution.traceback
    check_goes_on(kernel)


# -- compile errors --------------------------------------------------------------------------


def test_a_compile_error_is_rustcs_own_on_the_students_line(kernel):
    code = "let a = 1;\nlet total: i32 = a + missing_name;\n"
    text = check_error(kernel.fails(code), "let total: i32 = a + missing_name;")
    assert "E0425" in text
    assert "cannot find value `missing_name`" in text
    assert "^^^" in text


def test_several_compile_errors_are_all_shown(kernel):
    text = kernel.fails('let a: i32 = "one";\nlet b: bool = 2;\n').traceback
    assert text.count("mismatched types") == 2
    assert 'let a: i32 = "one";' in text and "let b: bool = 2;" in text


def test_nothing_of_a_cell_with_a_compile_error_runs(kernel):
    kernel.ok("let mut touched = 0;")
    execution = kernel.fails('touched += 1;\nprintln!("ran");\nlet x: i32 = "no";')
    assert execution.kinds == ["error"]
    assert kernel.ok("touched").result == "0"


@pytest.mark.parametrize(
    "code, line",
    [
        ("fn f() -> i32 {\n    true\n}", "true"),
        ("struct S {\n    field: Unknown,\n}", "field: Unknown,"),
        ("let ok = 1;\nlet s = \"open;\n", "open"),
        ("let ok = 1;\nlet x = (1 + ;\n", "(1 + ;"),
        ("let ok = 1;\nuse std::nowhere::Thing;", "std::nowhere"),
        ("let ok = 1;\nundefined_macro!();", "undefined_macro!"),
    ],
    ids=["function", "struct", "open string", "syntax", "use", "macro"],
)
def test_compile_errors_wherever_they_are(kernel, code, line):
    check_error(kernel.fails(code), line)


def test_a_warning_is_no_error(kernel):
    assert kernel.ok("fn lonely() { let unused = 1; }\n5").result == "5"


def test_a_type_error_in_older_cells_is_not_shown_again(kernel):
    kernel.fails("fn broken() -> i32 { true }")
    assert kernel.ok("1 + 1").result == "2"


# -- the ten mistakes ------------------------------------------------------------------------

# name: cells that work, the cell with the mistake, what its one hint says
MISTAKES = {
    "use after move": (
        ["let words = vec![String::from(\"a\")];"],
        "let mine = words;\nprintln!(\"{:?}\", words);",
        r"&words|words\.clone\(\)",
    ),
    "moved into a loop": (
        ["let numbers = vec![1, 2, 3];"],
        "for n in numbers { print!(\"{n}\"); }\nprintln!(\"{}\", numbers.len());",
        r"&numbers",
    ),
    "missing &": (
        ["let scores = vec![1, 2];", "fn total(v: &Vec<i32>) -> i32 { v.iter().sum() }"],
        "let t = 0;\ntotal(scores)",
        r"&scores",
    ),
    "missing mut": (
        ["let fixed = vec![1];"],
        "let frozen = 1;\nfrozen += 1;",
        r"let mut frozen",
    ),
    "closure at top level": (
        [],
        "let k = 2;\nlet scale = |x: i32| x * 2;",
        r"fn scale|Box<dyn Fn|Box::new",
    ),
    "variable that holds a reference": (
        ["let owner = String::from(\"text\");"],
        "let k = 2;\nlet view = &owner;",
        r"clone\(\)|to_owned\(\)|owned",
    ),
    "type can't be inferred": (
        [],
        "let k = 1;\nlet empty = Vec::new();",
        r"Vec<|: Vec",
    ),
    "missing semicolon": (
        [],
        "let one = 1\nlet two = 2;",
        r";",
    ),
    "i32 for f32": (
        ["fn half(x: f32) -> f32 { x / 2.0 }"],
        "let k = 1;\nhalf(3)",
        r"3\.0",
    ),
    "unknown name": (
        ["let learning_rate = 0.1;"],
        "let k = 1;\nlearning_rat * 2.0",
        r"learning_rate",
    ),
}
HINT = re.compile(r"^\W*in a notebook: (.*)$", re.M | re.I)


@pytest.mark.parametrize("before, mistake, says", MISTAKES.values(), ids=MISTAKES)
def test_a_beginners_mistake_gets_one_line_of_advice(kernel, before, mistake, says):
    for cell in before:
        kernel.ok(cell)
    execution = kernel.fails(mistake)
    text = execution.traceback
    assert not INTERNALS.search(text), text
    hints = HINT.findall(text)
    assert len(hints) == 1, text
    assert re.search(says, hints[0]), hints[0]


def test_an_error_of_another_kind_gets_no_advice(kernel):
    assert not HINT.search(kernel.fails("let x: String = 'c' as i8;").traceback)
