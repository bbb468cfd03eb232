//! Files to leads, by the command itself.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::{Value, json};
use tempfile::TempDir;

const SAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/sample/posts.jsonl");
const TABLES: [&str; 4] = ["posts.jsonl", "assessments.jsonl", "rejects.jsonl", "leads.jsonl"];

/// What the command said and how it ended.
struct Said {
    code: Option<i32>,
    out: String,
    err: String,
}

fn magpie(args: &[&str]) -> Said {
    let Output { status, stdout, stderr } =
        Command::new(env!("CARGO_BIN_EXE_magpie")).args(args).env_remove("MAGPIE_HASH_KEY").output().expect("the command starts");
    let text = |bytes| String::from_utf8(bytes).expect("messages are UTF-8");
    Said { code: status.code(), out: text(stdout), err: text(stderr) }
}

#[track_caller]
fn done(args: &[&str]) -> Said {
    let said = magpie(args);
    assert_eq!(said.code, Some(0), "{args:?}: {}", said.err);
    said
}

#[track_caller]
fn run(input: &str, workspace: &str) -> Said {
    done(&["run", input, "-w", workspace, "--basis", "test", "--test-numbers"])
}

#[track_caller]
fn assess(input: &str, output: &str) -> String {
    done(&["assess", input, "-o", output, "--quiet", "--test-numbers"]);
    read(output)
}

struct Folder(TempDir);

impl Folder {
    fn new() -> Folder {
        Folder(tempfile::tempdir().expect("a folder can be made"))
    }

    fn path(&self, name: &str) -> String {
        self.0.path().join(name).to_str().expect("paths of tests are UTF-8").to_owned()
    }

    fn write(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        let path = self.path(name);
        fs::write(&path, content).expect("a file can be written");
        path
    }
}

fn read(path: impl AsRef<Path>) -> String {
    fs::read_to_string(path.as_ref()).unwrap_or_else(|error| panic!("{}: {error}", path.as_ref().display()))
}

fn rows(content: &str) -> Vec<Value> {
    content.lines().map(|line| serde_json::from_str(line).expect("a line is JSON")).collect()
}

fn lines<'a>(rows: impl IntoIterator<Item = &'a Value>) -> String {
    rows.into_iter().map(|row| format!("{row}\n")).collect()
}

fn keys(rows: &[Value]) -> Vec<(String, String)> {
    let text = |row: &Value, name: &str| row[name].as_str().expect("rows have source and id").to_owned();
    rows.iter().map(|row| (text(row, "source"), text(row, "id"))).collect()
}

/// All files of a workspace by name.
fn files(workspace: &str) -> BTreeMap<PathBuf, Vec<u8>> {
    let entries = fs::read_dir(workspace).expect("the workspace is there").map(|entry| entry.expect("an entry can be read").path());
    entries.map(|path| (path.clone(), fs::read(&path).expect("a file of the workspace can be read"))).collect()
}

fn post(id: &str, text: &str) -> Value {
    json!({"id": id, "source": "journey.example.org", "channel": "forum", "published_at": "2026-02-10T12:00:00+08:00", "text": text})
}

// The workspace

#[test]
fn a_run_makes_the_tables_and_the_counts_add_up() {
    let folder = Folder::new();
    let workspace = folder.path("case");
    let said = done(&["run", SAMPLE, "-w", &workspace, "--basis", "test", "--test-numbers", "--json"]);
    let told: Value = serde_json::from_str(&said.out).expect("--json gives JSON");
    let manifest: Value = serde_json::from_str(&read(folder.path("case/manifest.json"))).expect("the manifest is JSON");
    let count = |name: &str| told[name].as_u64().expect("a count");
    for name in ["read", "accepted", "rejected"] {
        assert_eq!(told[name], manifest[name], "{name}");
    }
    let size = |table: &str| read(folder.path(&format!("case/{table}.jsonl"))).lines().count() as u64;
    assert_eq!(count("read"), read(SAMPLE).lines().count() as u64);
    assert_eq!(count("accepted") + count("rejected"), count("read"));
    assert_eq!((size("posts"), size("assessments")), (count("accepted"), count("accepted")));
    assert_eq!(size("rejects"), count("rejected"));
    assert_eq!(size("leads"), count("alert") + count("review"));
    assert!(size("leads") > 0, "the sample has trade in it");
}

#[test]
fn a_second_run_changes_nothing_and_a_run_without_manifest_is_done_again() {
    let folder = Folder::new();
    let workspace = folder.path("case");
    let first = run(SAMPLE, &workspace);
    assert!(!first.err.contains("nothing is new"));
    let made = files(&workspace);
    let second = run(SAMPLE, &workspace);
    assert!(second.err.contains("nothing is new"), "{}", second.err);
    assert_eq!(second.out, first.out);
    assert!(files(&workspace) == made, "the second run changed a file");
    fs::remove_file(folder.path("case/manifest.json")).expect("there is a manifest");
    let third = run(SAMPLE, &workspace);
    assert!(!third.err.contains("nothing is new"), "{}", third.err);
    assert!(files(&workspace) == made, "the run that was done again gave other bytes");
}

#[test]
fn the_order_of_rows_does_not_change_the_workspace() {
    let folder = Folder::new();
    let content = read(SAMPLE);
    let mut lines: Vec<&str> = content.lines().collect();
    // A fixed shuffle: Fisher and Yates with a linear congruence.
    let mut state: u64 = 7;
    for at in (1..lines.len()).rev() {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        lines.swap(at, (state >> 33) as usize % (at + 1));
    }
    assert_ne!(lines, content.lines().collect::<Vec<_>>());
    let shuffled = folder.write("shuffled.jsonl", lines.join("\n"));
    run(SAMPLE, &folder.path("a"));
    run(&shuffled, &folder.path("b"));
    for table in TABLES {
        let rows = |workspace: &str| {
            let mut rows = rows(&read(folder.path(&format!("{workspace}/{table}"))));
            // Where a post stood in its file is another thing now.
            rows.iter_mut().filter_map(Value::as_object_mut).for_each(|row| drop(row.remove("record")));
            rows
        };
        assert!(rows("a") == rows("b"), "{table}");
    }
}

// Assessments

#[test]
fn assess_gives_one_row_per_post_in_input_order_with_any_number_of_threads() {
    let folder = Folder::new();
    let outputs: Vec<String> = ["1", "2"]
        .iter()
        .map(|threads| {
            let output = folder.path(threads);
            done(&["assess", SAMPLE, "-o", &output, "--quiet", "--threads", threads]);
            read(output)
        })
        .collect();
    assert!(outputs[0] == outputs[1], "the number of threads changed the bytes");
    assert_eq!(keys(&rows(&outputs[0])), keys(&rows(&read(SAMPLE))));
}

#[test]
fn csv_gzip_and_gold_give_the_same_assessments() {
    let folder = Folder::new();
    let content = read(SAMPLE);
    let posts = rows(&content);
    let expected = assess(SAMPLE, &folder.path("expected"));

    let columns: Vec<&String> = {
        let mut columns: Vec<&String> = posts.iter().filter_map(Value::as_object).flat_map(|row| row.keys()).collect();
        columns.sort();
        columns.dedup();
        columns
    };
    let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    let mut csv = columns.iter().map(|name| name.as_str()).collect::<Vec<_>>().join(",") + "\n";
    for row in &posts {
        csv += &columns.iter().map(|name| quoted(row[name.as_str()].as_str().unwrap_or(""))).collect::<Vec<_>>().join(",");
        csv.push('\n');
    }
    let gold: Vec<Value> = posts
        .iter()
        .map(|row| {
            let mut row = row.clone();
            row["gold"] = json!({"family": "f", "trade": true, "route": "lead"});
            row
        })
        .collect();
    let inputs = [
        folder.write("posts.csv", csv),
        folder.write("posts.jsonl.gz", gzip(content.as_bytes())),
        folder.write("gold.jsonl", lines(&gold)),
    ];
    for input in inputs {
        assert!(assess(&input, &folder.path("given")) == expected, "{input}");
    }
}

/// A gzip stream of stored blocks (RFC 1952, RFC 1951 section 3.2.4).
fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut out = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    let blocks = bytes.chunks(0xFFFF).count();
    for (number, block) in bytes.chunks(0xFFFF).enumerate() {
        let len = block.len() as u16;
        out.push(u8::from(number + 1 == blocks));
        out.extend(len.to_le_bytes());
        out.extend((!len).to_le_bytes());
        out.extend(block);
    }
    let crc = bytes.iter().fold(!0_u32, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xEDB8_8320 } else { crc >> 1 })
    });
    out.extend((!crc).to_le_bytes());
    out.extend((bytes.len() as u32).to_le_bytes());
    out
}

// Faults

#[test]
fn a_broken_line_is_named_without_its_content_and_strict_ends_with_3() {
    let folder = Folder::new();
    let good = [post("1", "今天天气很好"), post("2", "周末去公园")];
    let input = folder.write("posts.jsonl", format!("{}\n{{\"text\": \"tell-nobody\n{}\n", good[0], good[1]));
    for (strict, code) in [(true, 3), (false, 0)] {
        let workspace = folder.path(&format!("case-{code}"));
        let mut args = vec!["run", &input, "-w", &workspace, "--basis", "test"];
        args.extend(strict.then_some("--strict"));
        let said = magpie(&args);
        assert_eq!(said.code, Some(code), "{}", said.err);
        let content = read(Path::new(&workspace).join("rejects.jsonl"));
        let rejects = rows(&content);
        assert_eq!(rejects.len(), 1);
        assert!(rejects[0]["file"].as_str().is_some_and(|file| file.ends_with("posts.jsonl")), "{content}");
        assert_eq!(rejects[0]["line"], 2);
        assert!(!content.contains("tell-nobody") && !said.err.contains("tell-nobody") && !said.out.contains("tell-nobody"));

        let output = folder.path("out");
        let mut args = vec!["assess", &input, "-o", &output];
        args.extend(strict.then_some("--strict"));
        let said = magpie(&args);
        assert_eq!(said.code, Some(code), "{}", said.err);
        assert!(said.err.contains("posts.jsonl:2: "), "{}", said.err);
        assert!(!said.err.contains("tell-nobody"), "{}", said.err);
        assert_eq!(read(&output).lines().count(), 2);
    }
}

#[test]
fn a_run_without_a_basis_is_wrong_use() {
    let folder = Folder::new();
    let said = magpie(&["run", SAMPLE, "-w", &folder.path("case")]);
    assert_eq!(said.code, Some(2));
    assert!(said.err.contains("--basis"), "{}", said.err);
    assert!(!Path::new(&folder.path("case")).exists());
}

#[test]
fn an_input_that_cannot_be_read_is_named() {
    let folder = Folder::new();
    let missing = folder.path("not-there.jsonl");
    let (workspace, output) = (folder.path("case"), folder.path("out"));
    let commands: [&[&str]; 3] =
        [&["run", &missing, "-w", &workspace, "--basis", "test"], &["assess", &missing, "-o", &output], &["eval", "--gold", &missing]];
    for args in commands {
        let said = magpie(args);
        assert_eq!(said.code, Some(1), "{args:?}");
        assert!(said.err.contains("not-there.jsonl"), "{args:?}: {}", said.err);
    }
}

// What must not be seen

/// A resident number of nobody, born on the first day of 1900, with its check digit (GB 11643).
fn resident_number(order: u32) -> String {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let digits = format!("11010519000101{order:03}");
    let sum: u32 = digits.bytes().zip(WEIGHTS).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
    format!("{digits}{}", char::from(b"10X98765432"[(sum % 11) as usize]))
}

/// A card number with its check digit (Luhn).
fn card_number(order: u32) -> String {
    let digits = format!("620000000000{order:03}");
    let doubled = |digit: u32| if digit > 4 { digit * 2 - 9 } else { digit * 2 };
    let sum: u32 = digits
        .bytes()
        .rev()
        .map(|digit| u32::from(digit - b'0'))
        .enumerate()
        .map(|(at, digit)| if at % 2 == 0 { doubled(digit) } else { digit })
        .sum();
    format!("{digits}{}", (10 - sum % 10) % 10)
}

fn full_width(text: &str) -> String {
    let wide = |ch| if ch == ' ' { '\u{3000}' } else { char::from_u32(ch as u32 + 0xFEE0).expect("ASCII has full-width forms") };
    text.chars().map(wide).collect()
}

fn grouped(text: &str, size: usize) -> String {
    let chars: Vec<char> = text.chars().collect();
    chars.chunks(size).map(|chunk| chunk.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}

/// As a reader would search: without blanks and the brackets that `explain` sets, in ASCII digits and capitals.
fn searched(text: &str) -> String {
    text.chars()
        .filter(|ch| !ch.is_whitespace() && !"()[]".contains(*ch))
        .map(|ch| match ch {
            '\u{FF01}'..='\u{FF5E}' => char::from_u32(ch as u32 - 0xFEE0).expect("full-width forms have ASCII ones"),
            _ => ch,
        })
        .map(|ch| ch.to_ascii_uppercase())
        .collect()
}

/// Numbers of papers and cards, each written in several ways, with the words around them.
fn secrets() -> (Vec<String>, Vec<String>) {
    let x = (0..1_000).map(resident_number).find(|number| number.ends_with('X')).expect("one in eleven ends with X");
    let numbers = [
        ("送养男宝 身份证号", resident_number(12)),
        ("身份证", x),
        ("打款到银行卡", card_number(345)),
        ("代办出生医学证明", "U110000123".to_owned()),
    ];
    let mut texts = Vec::new();
    for (before, number) in &numbers {
        let sizes = if number.starts_with("62") { [4, 1] } else { [6, 3] };
        let mut written = vec![number.clone(), full_width(number)];
        match number.strip_prefix('U') {
            // The letter stands before the digits.
            Some(digits) => written.extend(sizes.map(|size| format!("U{}", grouped(digits, size)))),
            None => written.extend(sizes.map(|size| grouped(number, size))),
        }
        written.extend([full_width(&written[2]), number.to_lowercase()]);
        texts.extend(written.iter().map(|number| format!("{before} {number} 有意私信")));
    }
    (numbers.into_iter().map(|(_, number)| number).collect(), texts)
}

#[track_caller]
fn assert_hidden(content: &str, numbers: &[String], place: &str) {
    let content = searched(content);
    for number in numbers {
        assert!(!content.contains(number), "{number} stands in {place}");
    }
}

#[test]
fn numbers_of_papers_and_cards_appear_nowhere_in_clear() {
    let folder = Folder::new();
    let (numbers, texts) = secrets();
    let mut posts: Vec<Value> = Vec::new();
    for (number, text) in texts.iter().enumerate() {
        posts.push(post(&format!("text-{number}"), text));
        for field in ["title", "author_name", "author_bio", "group_name"] {
            let mut row = post(&format!("{field}-{number}"), "送养男宝，刚出生，营养费三万，诚心私信");
            row[field] = text.as_str().into();
            posts.push(row);
        }
    }
    let input = folder.write("posts.jsonl", lines(&posts));
    let workspace = folder.path("case");
    let said = run(&input, &workspace);
    assert_hidden(&said.out, &numbers, "the summary");
    assert_hidden(&said.err, &numbers, "the messages");
    for (path, content) in files(&workspace) {
        assert_hidden(&String::from_utf8(content).expect("tables are UTF-8"), &numbers, &path.display().to_string());
    }
    let assessed = assess(&input, &folder.path("out"));
    assert_hidden(&assessed, &numbers, "the output of assess");
    let found = |kind: &str| {
        rows(&assessed).iter().flat_map(|row| row["mentions"].as_array().cloned().unwrap_or_default()).any(|one| one["kind"] == kind)
    };
    assert!(found("resident_id") && found("bank_card") && found("birth_certificate"));
    // Every way of writing is told by explain too.
    for text in texts.iter().step_by(3) {
        let said = done(&["explain", text]);
        assert_hidden(&said.out, &numbers, "explain");
    }
}

#[test]
fn a_birth_certificate_number_is_hidden_where_it_is_called_a_number() {
    let number = "U110000123".to_owned();
    for before in ["出生医学证明编号", "出生医学证明编号：", "代办出生证，编号"] {
        let said = done(&["explain", "--json", &format!("{before} {number}")]);
        assert!(said.out.contains("\"kind\":\"birth_certificate\""), "{before}");
        let said = done(&["explain", &format!("{before} {number}")]);
        assert_hidden(&said.out, std::slice::from_ref(&number), before);
    }
}

#[test]
fn numbers_of_papers_in_columns_that_are_not_read_appear_nowhere_in_clear() {
    let folder = Folder::new();
    let number = resident_number(12);
    for column in ["url", "extra"] {
        let mut row = post(column, "送养男宝，刚出生，营养费三万，诚心私信");
        row[column] = if column == "extra" { json!({"note": number}) } else { format!("https://example.org/?n={number}").into() };
        let workspace = folder.path(column);
        run(&folder.write(&format!("{column}.jsonl"), lines([&row])), &workspace);
        for (path, content) in files(&workspace) {
            assert_hidden(&String::from_utf8_lossy(&content), std::slice::from_ref(&number), &format!("{} ({column})", path.display()));
        }
    }
}

#[test]
fn a_post_cannot_command_the_terminal() {
    let folder = Folder::new();
    let text = "送养\u{1b}[2J男宝，刚出生，\u{1b}]0;x\u{7}营养费三万，加微信 wx_example\u{1b}[31m";
    let mut row = post("1\u{1b}[2J", text);
    for field in ["title", "author_name", "author_bio", "group_name"] {
        row[field] = text.into();
    }
    row["source"] = "journey\u{1b}[1A".into();
    let input = folder.write("posts.jsonl", lines([&row]));
    let summary = run(&input, &folder.path("case"));
    assert!(summary.out.contains("child_now") || summary.out.contains("offer"), "the post is a lead: {}", summary.out);
    let explained = done(&["explain", text, "--title", text, "--name", text, "--bio", text, "--group", text]);
    for said in [summary, explained] {
        let all = said.out + &said.err;
        assert!(!all.contains(|ch: char| ch.is_control() && ch != '\n'), "{all:?}");
    }
}

// Packs and figures

#[test]
fn the_packs_have_no_faults() {
    assert!(done(&["packs", "check"]).out.contains("no faults"));
}

#[test]
fn eval_prints_figures() {
    let folder = Folder::new();
    let labels = [
        ("送养男宝，刚出生，营养费三万，诚心私信", json!({"family": "a", "trade": true, "classes": ["offer"], "route": "lead"})),
        ("寻亲：儿子九八年走失，有线索请联系警方", json!({"family": "b", "trade": false, "lookalike": "missing_child", "route": "none"})),
        ("今天带宝宝去公园，天气很好", json!({"family": "c", "trade": false, "lookalike": "parenting", "route": "none"})),
    ];
    let gold: Vec<Value> = labels
        .into_iter()
        .enumerate()
        .map(|(number, (text, labels))| {
            let mut row = post(&number.to_string(), text);
            row["gold"] = labels;
            row
        })
        .collect();
    let path = folder.write("gold.jsonl", lines(&gold));
    let report = folder.path("report.html");
    let said = done(&["eval", "--gold", &path, "--html", &report]);
    assert!(said.out.contains("3 gold rows, 3 predictions; missing 0"), "{}", said.out);
    assert!(said.out.contains("RECALL"), "{}", said.out);
    assert!(read(report).contains("<html"));
    let told = done(&["eval", "--gold", &path, "--json"]);
    assert!(serde_json::from_str::<Value>(&told.out).is_ok_and(|scored| scored.is_object()));
}
