use std::time::Instant;
fn main() {
    evcxr::runtime_hook();
    let t = Instant::now();
    let (c, out) = match std::env::var_os("CELL") {
        None => evcxr::EvalContext::new().unwrap(),
        Some(p) => {
            let mut c = std::process::Command::new(p);
            c.env("CUADERNO_X", "1");
            evcxr::EvalContext::with_subprocess_command(c).unwrap()
        }
    };
    let mut ctx = evcxr::CommandContext::with_eval_context(c);
    std::thread::spawn({
        let o = out.stdout.clone();
        move || {
            for l in o {
                println!("OUT {l}");
            }
        }
    });
    std::thread::spawn({
        let o = out.stderr.clone();
        move || {
            for l in o {
                println!("ERR {l}");
            }
        }
    });
    println!("new {:?}", t.elapsed());
    if let Ok(o) = std::env::var("OPT") {
        ctx.set_opt_level(&o).unwrap();
    }
    for cell in std::fs::read_to_string(std::env::args().nth(1).unwrap())
        .unwrap()
        .split("\n---\n")
    {
        let t = Instant::now();
        let r = ctx.execute(cell);
        let e = t.elapsed();
        match r {
            Ok(o) => println!(
                "ok {e:?} {:?} {:?}",
                o.content_by_mime_type,
                o.phases
                    .iter()
                    .map(|p| format!("{} {:?}", p.name, p.duration))
                    .collect::<Vec<_>>()
            ),
            Err(x) => println!("err {e:?} {x:?}"),
        }
        if std::env::var("SRC").is_ok() {
            println!("{}", ctx.last_source().unwrap());
        }
    }
    println!(
        "{}",
        std::fs::read_to_string("/proc/self/status")
            .unwrap()
            .lines()
            .filter(|l| l.starts_with("VmRSS") || l.starts_with("VmHWM"))
            .collect::<Vec<_>>()
            .join(" ")
    );
}
