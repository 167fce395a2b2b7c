"""Section 3 of issue 2: printed text, in the student's order, to the last byte."""

import os

import pytest

MIB = 1024 * 1024
SLEEP = "std::thread::sleep(std::time::Duration::from_millis({}));"


def sleep(milliseconds):
    return SLEEP.format(milliseconds)


def test_text_without_a_newline_appears_at_once(kernel):
    execution = kernel.ok(f'print!("half a line"); {sleep(2500)} println!(", whole");')
    assert execution.arrival("half") < execution.seconds - 1.5
    assert execution.stdout == "half a line, whole\n"


def test_stderr_without_a_newline_appears_at_once(kernel):
    execution = kernel.ok(f'eprint!("half"); {sleep(2500)} eprintln!();')
    assert execution.arrival("half") < execution.seconds - 1.5
    assert execution.stderr == "half\n"


def test_text_belongs_to_its_own_cell(kernel):
    cells = [kernel.submit(f'print!("text of cell {n}")') for n in range(5)]
    for n, cell in enumerate(cells):
        assert kernel.finish(cell).stdout == f"text of cell {n}"


def test_a_line_is_rewritten_with_carriage_returns(kernel):
    execution = kernel.ok(
        'for i in 0..=3 { print!("\\r{i}/3"); ' + sleep(250) + " } println!();"
    )
    assert execution.stdout == "\r0/3\r1/3\r2/3\r3/3\n"
    assert len(execution.of("stream")) >= 3, "the steps were shown as they came"


def test_prints_and_displays_keep_their_order(kernel):
    execution = kernel.ok(
        """
        print!("one ");
        display(&MimeBundle::text("two"));
        println!("three");
        display(&MimeBundle::text("four"));
        print!("five");
        "six"
        """
    )
    shown = [
        m["content"]["text"] if m["msg_type"] == "stream" else m["content"]["data"]["text/plain"]
        for m in execution.outputs
    ]
    assert shown == ["one ", "two", "three\n", "four", "five", '"six"']


def test_stdout_and_stderr_keep_their_order(kernel):
    execution = kernel.ok('for i in 0..20 { println!("out {i}"); eprintln!("err {i}"); }')
    lines = [
        (c["name"], line) for c in execution.of("stream") for line in c["text"].splitlines()
    ]
    expected = [(f"std{s}", f"{s} {i}") for i in range(20) for s in ("out", "err")]
    assert lines == expected


def test_text_printed_before_an_error_comes_before_it(kernel):
    execution = kernel.fails('print!("last words"); panic!("over")')
    assert execution.kinds == ["stream", "error"]
    assert execution.stdout == "last words"


def test_text_of_threads(kernel):
    execution = kernel.ok(
        """
        let threads: Vec<_> = (0..8)
            .map(|t| std::thread::spawn(move || for i in 0..50 { println!("<{t} {i}>") }))
            .collect();
        for thread in threads { thread.join().unwrap(); }
        """
    )
    expected = {f"<{t} {i}>" for t in range(8) for i in range(50)}
    assert set(execution.stdout.splitlines()) == expected
    assert len(execution.stdout.splitlines()) == len(expected)


def test_text_a_thread_prints_after_its_cell_is_not_lost(kernel):
    kernel.ok(
        "std::thread::spawn(|| { " + sleep(400) + ' println!("from behind"); });'
    )
    later = kernel.ok(sleep(1200))
    shown = later.stdout + "".join(e.stdout for e in kernel.executions.values())
    assert "from behind\n" in shown


def test_output_of_child_processes(kernel):
    execution = kernel.ok(
        """
        print!("before ");
        std::io::Write::flush(&mut std::io::stdout()).unwrap();
        std::process::Command::new("sh").args(["-c", "printf child; printf trouble >&2"]).status().unwrap();
        print!(" after");
        """
    )
    assert execution.stdout == "before child after"
    assert execution.stderr == "trouble"


def test_ten_megabytes_in_one_line(kernel):
    execution = kernel.ok(f'print!("{{}}", "x".repeat({10 * MIB}));', limit=120)
    assert len(execution.stdout) == 10 * MIB
    assert set(execution.stdout) == {"x"}
    assert_not_flooded(execution)


def test_a_hundred_thousand_lines(kernel):
    execution = kernel.ok('for i in 0..100_000 { println!("line {i}"); }', limit=120)
    assert execution.stdout == "".join(f"line {i}\n" for i in range(100_000))
    assert_not_flooded(execution)


def test_a_hundred_thousand_lines_on_both_streams(kernel):
    execution = kernel.ok(
        'for i in 0..50_000 { if i % 2 == 0 { println!("{i}") } else { eprintln!("{i}") } }',
        limit=120,
    )
    assert execution.stdout == "".join(f"{i}\n" for i in range(0, 50_000, 2))
    assert execution.stderr == "".join(f"{i}\n" for i in range(1, 50_000, 2))


def assert_not_flooded(execution):
    """At most 100 messages in any second (a few more: the clock here is the receiver's)."""
    arrivals = [m["received_at"] for m in execution.outputs]
    for i, first in enumerate(arrivals):
        within = sum(1 for a in arrivals[i:] if a < first + 1.0)
        assert within <= 120, f"{within} messages in one second"


def test_a_slow_stream_of_lines_is_shown_while_it_runs(kernel):
    execution = kernel.ok('for i in 0..8 { println!("{i}"); ' + sleep(250) + " }")
    assert len(execution.of("stream")) >= 5
    assert execution.arrival("1\n") < execution.seconds - 1.0


def test_past_the_limit_a_message_says_what_was_cut(kernel):
    execution = kernel.run(
        """
        let block = vec![b'x'; 1 << 20];
        for _ in 0..200 { std::io::Write::write_all(&mut std::io::stdout(), &block).unwrap(); }
        println!("THE END");
        """,
        limit=180,
    )
    assert execution.status == "ok"
    shown = execution.stdout + execution.stderr
    assert 10 * MIB <= shown.count("x") < 200 * MIB
    assert "cut" in execution.stdout[-400:] + execution.stderr[-400:], shown[-400:]
    assert kernel.ok('println!("next")').stdout == "next\n", "the next cell starts afresh"


def test_characters_split_between_writes_arrive_whole(kernel):
    execution = kernel.ok(
        """
        use std::io::Write;
        let mut out = std::io::stdout();
        for byte in "Grüße, 日本 🦀\\n".bytes() {
            out.write_all(&[byte]).unwrap();
            out.flush().unwrap();
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        """
    )
    assert execution.stdout == "Grüße, 日本 🦀\n"


@pytest.mark.parametrize(
    "bytes_, shown",
    [
        (r'b"a\xffb\n"', "a\ufffdb\n"),
        (r'b"\xf0\x9f\xa6"', "\ufffd"),
        (r'b"\x00\x01\x02\x7f ok"', "\x00\x01\x02\x7f ok"),
    ],
    ids=["invalid", "cut short", "control"],
)
def test_bytes_that_are_no_text(kernel, bytes_, shown):
    execution = kernel.ok(f"std::io::Write::write_all(&mut std::io::stdout(), {bytes_}).unwrap();")
    assert execution.stdout == shown
    assert kernel.ok('println!("sound")').stdout == "sound\n"


def test_all_byte_values(kernel):
    execution = kernel.ok(
        """
        let all: Vec<u8> = (0..=255u8).cycle().take(100_000).collect();
        std::io::Write::write_all(&mut std::io::stdout(), &all).unwrap();
        """
    )
    ascii_ = [c for c in execution.stdout if c < "\x80"]
    assert len(ascii_) == sum(1 for i in range(100_000) if i % 256 < 128)
    assert kernel.ok("1 + 1").result == "2"


MARKERS = [
    "EVCXR_EXECUTION_COMPLETE",
    "EVCXR_PANIC_NOTIFICATION",
    "EVCXR_VARIABLE_CHANGED_TYPE:a",
    # In this order; a begin that is followed by an end shows content, for evcxr's libraries.
    "EVCXR_END_CONTENT",
    "EVCXR_BEGIN_CONTENT text/html",
    "EVCXR_READ_LINE",
    "LOAD_AND_RUN x y",
]


@pytest.mark.parametrize("stream", ["print", "eprint"])
def test_evcxrs_markers_are_ordinary_text(kernel, stream):
    text = "".join(f"{marker}\n" for marker in MARKERS)
    execution = kernel.ok(f'{stream}!("{{}}", {text!r});'.replace("'", '"'))
    assert (execution.stdout if stream == "print" else execution.stderr) == text
    assert set(execution.kinds) == {"stream"}
    for n in range(3):
        assert kernel.ok(f'println!("still in step {n}"); {n}').result == str(n)


def test_a_cell_without_the_runtimes_buffers(kernel):
    """Raw file descriptors 1 and 2, as C libraries write to them."""
    execution = kernel.ok(
        """
        use std::{fs::File, io::Write, os::fd::FromRawFd};
        let mut out = unsafe { File::from_raw_fd(1) };
        let mut err = unsafe { File::from_raw_fd(2) };
        out.write_all(b"fd 1").unwrap();
        err.write_all(b"fd 2").unwrap();
        std::mem::forget((out, err));
        """
    )
    assert (execution.stdout, execution.stderr) == ("fd 1", "fd 2")


# -- stdin -----------------------------------------------------------------------------------

READ = "let mut line = String::new(); let n = std::io::stdin().read_line(&mut line).unwrap();"


def test_read_line_asks_in_the_notebook(kernel):
    execution = kernel.ok(f'{READ} println!("{{n}} {{line:?}}");', answers=["Ada Löve"])
    assert len(execution.prompts) == 1
    assert execution.prompts[0].password is False
    assert execution.stdout.endswith('10 "Ada Löve\\n"\n')


def test_what_was_printed_before_is_seen_before_the_question(kernel):
    execution = kernel.ok(f'print!("Your name? "); {READ}', answers=["Ada"])
    assert "Your name?" in execution.stdout + execution.prompts[0].text


def test_several_lines_are_asked_one_by_one(kernel):
    execution = kernel.ok(
        "let sum: i32 = std::io::stdin().lines().take(3).map(|l| l.unwrap().parse::<i32>().unwrap()).sum();\nsum",
        answers=["1", "20", "300"],
    )
    assert execution.result == "321"
    assert len(execution.prompts) == 3


def test_what_one_cell_left_unread_does_not_reach_the_next(kernel):
    kernel.ok(READ, answers=["first"])
    execution = kernel.ok(f"{READ} line", answers=["second"])
    assert execution.result == r'"second\n"'


def test_read_line_where_no_answer_can_come_is_no_hang(kernel):
    """nbclient and `cuaderno run` send allow_stdin = false."""
    execution = kernel.run(f'{READ} println!("read {{n}} bytes");', limit=30)
    assert execution.prompts == []
    assert execution.status == "error" or execution.stdout == "read 0 bytes\n"
    assert kernel.ok("1 + 1").result == "2"


def test_cells_run_in_the_notebooks_folder(start, tmp_path):
    kernel = start(cwd=str(tmp_path))
    (tmp_path / "numbers.txt").write_text("1 2 3")
    assert kernel.ok('std::fs::read_to_string("numbers.txt").unwrap()').result == '"1 2 3"'
    shown = kernel.ok("std::env::current_dir().unwrap()").result.strip('"')
    assert os.path.samefile(shown, tmp_path)
