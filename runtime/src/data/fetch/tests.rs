//! Downloads from a server of our own that cuts, lies and stalls.

use std::io::{BufRead as _, BufReader};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;

/// A file large enough for several pieces.
fn content() -> Vec<u8> {
    (0..200_000_u64).map(|i| (i * i % 251) as u8).collect()
}

fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// What a server does with its n-th request, of which it knows the first byte that is asked for.
type Answer = dyn Fn(&mut TcpStream, usize, usize) + Send + Sync;

/// The address of a server, and how many requests it has had.
fn serve(
    answer: impl Fn(&mut TcpStream, usize, usize) + Send + Sync + 'static,
) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/", listener.local_addr().unwrap());
    let requests = Arc::new(AtomicUsize::new(0));
    let (count, answer): (_, Arc<Answer>) = (requests.clone(), Arc::new(answer));
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let (mut stream, answer) = (stream.unwrap(), answer.clone());
            let number = count.fetch_add(1, Ordering::SeqCst);
            std::thread::spawn(move || {
                let mut from = 0;
                for line in BufReader::new(stream.try_clone().unwrap()).lines() {
                    let line = line.unwrap().to_lowercase();
                    if let Some(range) = line.strip_prefix("range: bytes=") {
                        from = range.trim_end_matches('-').parse().unwrap();
                    }
                    if line.is_empty() {
                        break;
                    }
                }
                answer(&mut stream, number, from);
            });
        }
    });
    (address, requests)
}

/// Sends the file from a byte on, up to `end`; the length that it tells is that of all.
fn send(stream: &mut TcpStream, file: &[u8], from: usize, end: usize) {
    let status = match from {
        0 => "200 OK".to_owned(),
        _ => format!(
            "206 Partial Content\r\nContent-Range: bytes {from}-{}/{}",
            file.len() - 1,
            file.len()
        ),
    };
    let length = file.len() - from;
    let head =
        format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n");
    let _ = stream.write_all(head.as_bytes());
    let _ = stream.write_all(&file[from.min(end)..end]);
}

/// A cache of its own, which is removed at the end.
struct Cache(PathBuf);

impl Cache {
    fn new(name: &str) -> Cache {
        let name = format!("cuaderno-fetch-{name}-{}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        let _ = fs::remove_dir_all(&folder);
        Cache(folder)
    }

    fn fetch(&self, mirrors: &[&str]) -> Result<PathBuf, Error> {
        let sha256 = hex(&content());
        let remote = Remote {
            set: "set",
            file: "file.bin",
            size: content().len() as u64,
            sha256: &sha256,
            mirrors,
            instead: "digits()",
        };
        remote.cached(&self.0, Duration::from_secs(1))
    }

    fn check(&self, mirrors: &[&str]) {
        let path = self.fetch(mirrors).unwrap();
        assert!(fs::read(&path).unwrap() == content());
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    }
}

impl Drop for Cache {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn a_file_is_downloaded_once() {
    let (url, requests) = serve(|stream, _, from| send(stream, &content(), from, content().len()));
    let cache = Cache::new("once");
    cache.check(&[&url]);
    cache.check(&[&url]);
    assert_eq!(requests.load(Ordering::SeqCst), 1);
}

#[test]
fn a_cut_download_goes_on_where_it_was() {
    let (url, requests) = serve(|stream, number, from| {
        assert_eq!(from, number * 70_000);
        send(
            stream,
            &content(),
            from,
            (from + 70_000).min(content().len()),
        );
    });
    Cache::new("cut").check(&[&url]);
    assert_eq!(requests.load(Ordering::SeqCst), 3);
}

#[test]
fn a_server_that_cannot_go_on_starts_anew() {
    let (url, _) = serve(|stream, number, _| {
        let end = if number == 0 { 70_000 } else { content().len() };
        send(stream, &content(), 0, end);
    });
    Cache::new("anew").check(&[&url]);
}

#[test]
fn a_wrong_byte_is_noticed() {
    let (bad, _) = serve(|stream, _, from| {
        let mut file = content();
        file[100_000] ^= 1;
        send(stream, &file, from, file.len());
    });
    let (good, _) = serve(|stream, _, from| send(stream, &content(), from, content().len()));
    let cache = Cache::new("wrong");
    let error = cache.fetch(&[&bad]).unwrap_err().to_string();
    assert!(error.contains("its checksum is wrong"), "{error}");
    assert!(!cache.0.join("set/file.bin").exists());
    // And nothing of it is left for the next try.
    cache.check(&[&bad, &good]);
}

#[test]
fn servers_that_fail_are_named_with_a_remedy() {
    let (missing, _) = serve(|stream, _, _| {
        let _ = stream.write_all(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
    });
    let (long, _) = serve(|stream, _, _| {
        let file = [content(), vec![0; 10]].concat();
        send(stream, &file, 0, file.len());
    });
    let (stalled, _) = serve(|stream, _, _| {
        send(stream, &content(), 0, 10);
        std::thread::sleep(Duration::from_secs(20));
    });
    let nobody = "http://127.0.0.1:1/";
    let error = Cache::new("fail")
        .fetch(&[&missing, &long, &stalled, nobody])
        .unwrap_err();
    let text = error.to_string();
    for part in [
        "set: file.bin cannot be downloaded",
        "the server answers 404",
        "it is longer than 200000 bytes",
        "nothing came for 1 s",
        "http://127.0.0.1:1/file.bin",
        "help: put the file into",
        "CUADERNO_DATA",
        "digits() serves",
    ] {
        assert!(text.contains(part), "{part:?} is missing: {text}");
    }
}

#[test]
fn the_advice_knows_whether_a_folder_is_set() {
    assert_eq!(
        elsewhere(None),
        "set CUADERNO_DATA to the folder that has it"
    );
    assert_eq!(
        elsewhere(Some(Path::new("/data"))),
        "into CUADERNO_DATA, which is /data"
    );
}

#[test]
fn slow_bytes_arrive() {
    let (url, requests) = serve(|stream, _, from| {
        send(stream, &content(), from, from);
        for piece in content()[from..].chunks(25_000) {
            let _ = stream.write_all(piece);
            std::thread::sleep(Duration::from_millis(200));
        }
    });
    let start = Instant::now();
    Cache::new("slow").check(&[&url]);
    // Longer than the patience, which is for the time without a byte.
    assert!(start.elapsed() > Duration::from_secs(1));
    assert_eq!(requests.load(Ordering::SeqCst), 1);
}

#[test]
fn two_at_once_download_one_file() {
    let (url, requests) = serve(|stream, _, from| {
        std::thread::sleep(Duration::from_millis(100));
        send(stream, &content(), from, content().len());
    });
    let cache = Cache::new("two");
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| assert!(fs::read(cache.fetch(&[&url]).unwrap()).unwrap() == content()));
        }
    });
    assert_eq!(requests.load(Ordering::SeqCst), 1);
}

/// Where a child process finds the server and the cache.
const CHILD: [&str; 2] = ["CUADERNO_TEST_FETCH_URL", "CUADERNO_TEST_FETCH_CACHE"];

/// The program that the next tests start: it fetches the file once.
#[test]
fn child() {
    let [Some(url), Some(folder)] = CHILD.map(std::env::var_os) else {
        return;
    };
    let cache = std::mem::ManuallyDrop::new(Cache(folder.into()));
    let path = cache.fetch(&[url.to_str().unwrap()]).unwrap();
    assert!(fs::read(path).unwrap() == content());
}

fn start_child(url: &str, cache: &Cache) -> std::process::Child {
    std::process::Command::new(std::env::current_exe().unwrap())
        .args(["data::fetch::tests::child", "--exact"])
        .env(CHILD[0], url)
        .env(CHILD[1], &cache.0)
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap()
}

#[test]
fn two_processes_download_one_file() {
    let (url, requests) = serve(|stream, _, from| {
        std::thread::sleep(Duration::from_millis(500));
        send(stream, &content(), from, content().len());
    });
    let cache = Cache::new("processes");
    let children = [(); 2].map(|()| start_child(&url, &cache));
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    assert_eq!(requests.load(Ordering::SeqCst), 1);
    cache.check(&[&url]);
}

#[test]
fn a_process_goes_on_where_another_was_killed() {
    let (url, requests) = serve(|stream, number, from| {
        if number == 0 {
            send(stream, &content(), from, 70_000);
            return std::thread::sleep(Duration::from_secs(20));
        }
        assert_eq!(from, 70_000);
        send(stream, &content(), from, content().len());
    });
    let cache = Cache::new("killed");
    let mut first = start_child(&url, &cache);
    let part = cache.0.join("set/file.bin.part");
    while fs::metadata(&part).map_or(0, |part| part.len()) < 70_000 {
        assert!(first.try_wait().unwrap().is_none(), "the first has ended");
        std::thread::sleep(Duration::from_millis(10));
    }
    // The second waits for the first, which does not get to its end.
    let mut second = start_child(&url, &cache);
    std::thread::sleep(Duration::from_millis(200));
    assert!(second.try_wait().unwrap().is_none());
    first.kill().unwrap();
    first.wait().unwrap();
    assert!(second.wait().unwrap().success());
    assert_eq!(requests.load(Ordering::SeqCst), 2);
    cache.check(&[&url]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_device_that_is_full_is_named() {
    let (url, _) = serve(|stream, _, from| send(stream, &content(), from, content().len()));
    let cache = Cache::new("full");
    fs::create_dir_all(cache.0.join("set")).unwrap();
    // Every write to this device fails as on a full disk.
    std::os::unix::fs::symlink("/dev/full", cache.0.join("set/file.bin.part")).unwrap();
    let error = cache.fetch(&[&url]).unwrap_err().to_string();
    assert!(
        error.contains("set/file.bin.part: No space left on device"),
        "{error}"
    );
    assert!(error.ends_with("help: is the disk full?"), "{error}");
    assert!(!cache.0.join("set/file.bin").exists());
}

/// A file system of some kilobytes in memory, if this user may make one.
#[cfg(target_os = "linux")]
struct SmallDisk<'a>(&'a Path);

#[cfg(target_os = "linux")]
impl SmallDisk<'_> {
    fn mount(folder: &Path, options: &str) -> bool {
        let mut command = std::process::Command::new("mount");
        command
            .args(["-t", "tmpfs", "-o", options, "tmpfs"])
            .arg(folder);
        let quiet = command.stderr(std::process::Stdio::null());
        quiet.status().is_ok_and(|status| status.success())
    }

    fn new(folder: &Path) -> Option<SmallDisk<'_>> {
        fs::create_dir_all(folder).unwrap();
        SmallDisk::mount(folder, "size=100k").then_some(SmallDisk(folder))
    }

    fn enlarge(&self) {
        assert!(SmallDisk::mount(self.0, "remount,size=1m"));
    }
}

#[cfg(target_os = "linux")]
impl Drop for SmallDisk<'_> {
    fn drop(&mut self) {
        let _ = std::process::Command::new("umount").arg(self.0).status();
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_download_goes_on_when_the_disk_has_room_again() {
    let cache = Cache::new("room");
    let folder = cache.0.clone();
    // Only root may mount; for others the test before this one has to do.
    let Some(disk) = SmallDisk::new(&folder) else {
        return;
    };
    let (url, requests) = serve(|stream, number, from| {
        assert_eq!(from > 0, number > 0);
        send(stream, &content(), from, content().len());
    });
    let error = cache.fetch(&[&url]).unwrap_err().to_string();
    assert!(error.contains("No space left on device"), "{error}");
    assert!(!folder.join("set/file.bin").exists());
    disk.enlarge();
    cache.check(&[&url]);
    assert_eq!(requests.load(Ordering::SeqCst), 2);
}

#[test]
fn what_cannot_be_written_is_an_error_with_its_path() {
    let cache = Cache::new("file");
    fs::create_dir_all(&cache.0).unwrap();
    // A file where the folder should be.
    fs::write(cache.0.join("set"), "").unwrap();
    let error = cache.fetch(&[]).unwrap_err().to_string();
    assert!(
        error.contains("cuaderno-fetch-file") && error.contains("set"),
        "{error}"
    );
}

#[test]
fn a_copy_in_a_folder_may_be_packed_or_not() {
    let cache = Cache::new("copy");
    let remote = Remote {
        set: "set",
        file: "file.gz",
        size: 1,
        sha256: "",
        mirrors: &[],
        instead: "digits()",
    };
    assert_eq!(remote.within(&cache.0), None);
    fs::create_dir_all(cache.0.join("set")).unwrap();
    fs::write(cache.0.join("file"), "").unwrap();
    assert_eq!(remote.within(&cache.0), Some(cache.0.join("file")));
    fs::write(cache.0.join("set/file.gz"), "").unwrap();
    assert_eq!(remote.within(&cache.0), Some(cache.0.join("set/file.gz")));
}
