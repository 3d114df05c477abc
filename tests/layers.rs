//! The layers of `src/`: imports go down only, no file depends on one that depends on it, and no two types share a name.
//!
//! Read from the text of the files: `use` lines, paths that begin with `crate`, `super` or `self`, and `mod` lines. A name
//! that a file hands on with `pub use` counts for the file that defines it. Unit tests may use what they like.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::LazyLock;

use regex::Regex;

/// What the domain may not use: crates and parts of std that reach a file, a socket, a process, a thread or a clock.
const OUTSIDE: &str = r"\b(?:clap|flate2|indicatif|inotify|libc|nix|reqwest|rustix|sd_notify|systemd|tempfile|tokio|toml)::|\bstd::(?:env|fs|os::fd|os::unix::(?:fs|io|net|process)|process|thread)\b|\b(?:Instant|Local|SystemTime|Utc)::now\b|\b(?:Tcp|Udp|Unix)(?:Datagram|Listener|Socket|Stream)\b";

/// How many entries `src/` may have, and how long a file may be.
const ENTRIES: usize = 8;
const LINES: usize = 350;

static NOISE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r#"(?m)//.*$|"(?:\\(?s:.)|[^"\\])*"|pub\(in [\w:]+\)"#).unwrap());
static USE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?m)^\s*(pub(?:\([^)]*\))? )?use ([^;]+);").unwrap());
static PATH: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\b[a-z]\w*(?:::\w+)+").unwrap());
static TYPE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?m)^(?:pub(?:\([^)]*\))? )?(?:enum|struct|trait|type) (\w+)").unwrap()
});
static CHILD: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?m)^(?:pub(?:\([^)]*\))? )?mod (\w+);").unwrap());

/// A module, as its path: `["domain", "state", "daily"]`.
type Module = Vec<String>;

/// A path that a file names, and the name under which it hands the thing on, where it does.
struct Named {
    path: Module,
    handed_on_as: Option<String>,
}

struct File {
    shown: String,
    text: String,
    lines: usize,
    /// The first paragraph of its documentation.
    head: String,
    named: Vec<Named>,
}

struct Tree(BTreeMap<Module, File>);

fn segments(path: &str) -> Module {
    path.split("::").map(|one| one.trim().to_owned()).collect()
}

/// The text without comments, literals and the unit tests at its end.
fn code(text: &str) -> String {
    let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
    NOISE.replace_all(text, "").into_owned()
}

/// The paths of a `use` line: `a::{b, c::{self, d}}` is `a::b`, `a::c` and `a::c::d`.
fn flat(before: &[String], tree: &str, found: &mut Vec<(Module, String)>) {
    let (mut depth, mut from) = (0, 0);
    let mut parts = Vec::new();
    for (at, letter) in tree.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(&tree[from..at]);
                from = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&tree[from..]);
    for part in parts.into_iter().map(str::trim).filter(|p| !p.is_empty()) {
        if let Some((head, rest)) = part.split_once('{') {
            let mut path = before.to_vec();
            path.extend(segments(head.trim_end_matches("::")));
            flat(&path, rest.trim_end_matches('}'), found);
            continue;
        }
        let (path, alias) = part.split_once(" as ").unwrap_or((part, ""));
        let mut whole = before.to_vec();
        whole.extend(
            segments(path)
                .into_iter()
                .filter(|one| one != "self" || before.is_empty()),
        );
        let name = match alias.trim() {
            "" => whole.last().unwrap().clone(),
            alias => alias.to_owned(),
        };
        found.push((whole, name));
    }
}

impl Tree {
    fn read() -> Tree {
        let mut tree = Tree(BTreeMap::new());
        tree.add(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &[]);
        let modules: BTreeSet<Module> = tree.0.keys().cloned().collect();
        for (module, file) in &mut tree.0 {
            file.named = named(module, &file.text, &modules);
        }
        tree
    }

    fn add(&mut self, directory: &Path, module: &[String]) {
        for entry in std::fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            let mut own = module.to_vec();
            if path.is_dir() {
                own.push(name);
                self.add(&path, &own);
                continue;
            }
            match name.as_str() {
                "main" | "tests" => continue,
                "lib" | "mod" => {}
                _ => own.push(name),
            }
            let text = std::fs::read_to_string(&path).unwrap();
            let root = Path::new(env!("CARGO_MANIFEST_DIR"));
            let file = File {
                shown: path.strip_prefix(root).unwrap().display().to_string(),
                lines: text.lines().count(),
                head: text
                    .split("\n//!\n")
                    .next()
                    .unwrap()
                    .split("\n\n")
                    .next()
                    .unwrap()
                    .to_owned(),
                text: code(&text),
                named: Vec::new(),
            };
            self.0.insert(own, file);
        }
    }

    /// The file that defines what a path names.
    fn definer(&self, path: &[String], depth: usize) -> Option<Module> {
        let known = (0..=path.len())
            .rev()
            .find(|&n| self.0.contains_key(&path[..n]))?;
        let (module, rest) = path.split_at(known);
        let handed_on = |one: &&Named| match one.handed_on_as.as_deref() {
            Some("*") => rest
                .first()
                .is_some_and(|name| self.defines(&one.path, name)),
            name => name == rest.first().map(String::as_str),
        };
        match self.0[module].named.iter().find(handed_on) {
            Some(all) if all.path.ends_with(&["*".to_owned()]) => {
                Some(all.path[..all.path.len() - 1].to_vec())
            }
            Some(named) if !rest.is_empty() && depth < 9 => {
                let mut further = named.path.clone();
                further.extend_from_slice(&rest[1..]);
                self.definer(&further, depth + 1)
            }
            _ => Some(module.to_vec()),
        }
    }

    /// Does the file of `path::*` define this name?
    fn defines(&self, all: &[String], name: &str) -> bool {
        let file = all.split_last().and_then(|(_, module)| self.0.get(module));
        let defined =
            Regex::new(&format!(r"\b(?:const|enum|fn|struct|trait|type) {name}\b")).unwrap();
        file.is_some_and(|file| defined.is_match(&file.text))
    }

    /// Which files each file uses.
    fn uses(&self) -> BTreeMap<&Module, BTreeSet<Module>> {
        let of = |(module, file): (&_, &File)| -> BTreeSet<Module> {
            let used = file
                .named
                .iter()
                .filter_map(|named| self.definer(&named.path, 0));
            used.filter(|used| used != module).collect()
        };
        self.0
            .iter()
            .map(|(module, file)| (module, of((module, file))))
            .collect()
    }
}

/// The paths that a file names, from the root of the crate.
fn named(module: &[String], text: &str, modules: &BTreeSet<Module>) -> Vec<Named> {
    let from_root = |path: &[String]| -> Option<Module> {
        let ups = path.iter().take_while(|one| *one == "super").count();
        match path[0].as_str() {
            "crate" => Some(path[1..].to_vec()),
            "self" => Some([module, &path[1..]].concat()),
            "super" => Some([&module[..module.len().checked_sub(ups)?], &path[ups..]].concat()),
            child => {
                let own = [module, &[child.to_owned()]].concat();
                modules.contains(&own).then(|| [module, path].concat())
            }
        }
    };
    let mut found = Vec::new();
    for line in USE.captures_iter(text) {
        let mut flattened = Vec::new();
        flat(&[], &line[2], &mut flattened);
        for (path, name) in flattened {
            found.extend(from_root(&path).map(|path| Named {
                path,
                handed_on_as: line.get(1).map(|_| name),
            }));
        }
    }
    let text = USE.replace_all(text, "");
    let paths = PATH.find_iter(&text).map(|path| segments(path.as_str()));
    let children = CHILD
        .captures_iter(&text)
        .map(|child| vec![child[1].to_owned()]);
    found.extend(paths.chain(children).filter_map(|path| {
        let path = from_root(&path)?;
        Some(Named {
            path,
            handed_on_as: None,
        })
    }));
    found
}

/// A way from a file back to itself.
fn circle<'a>(
    uses: &'a BTreeMap<&Module, BTreeSet<Module>>,
    at: &'a Module,
    way: &mut Vec<&'a Module>,
    done: &mut BTreeSet<&'a Module>,
) -> bool {
    if let Some(begin) = way.iter().position(|one| *one == at) {
        way.drain(..begin);
        way.push(at);
        return true;
    }
    if !done.insert(at) {
        return false;
    }
    way.push(at);
    for next in uses.get(at).into_iter().flatten() {
        if circle(uses, next, way, done) {
            return true;
        }
    }
    way.pop();
    false
}

#[test]
fn imports_go_down_only() {
    let tree = Tree::read();
    let layers = ["domain", "adapters", "commands"];
    let floor = |module: &Module| {
        layers
            .iter()
            .position(|layer| module.first().is_some_and(|m| m == layer))
    };
    for (module, used) in tree.uses() {
        for used in used {
            let up = floor(module)
                .zip(floor(&used))
                .is_some_and(|(from, to)| to > from);
            assert!(
                !up,
                "{} uses {}, which is in a layer above it.\n\
                 Imports go down only: commands -> adapters -> domain. Move the type that both need into the lower layer, or \
                 let the upper layer pass the value in as a parameter.",
                tree.0[module].shown, tree.0[&used].shown,
            );
        }
    }
}

#[test]
fn the_domain_reaches_nothing_outside() {
    let outside = Regex::new(OUTSIDE).unwrap();
    for (module, file) in Tree::read().0 {
        let domain = module.first().is_some_and(|first| first == "domain");
        let found = outside.find(&file.text).filter(|_| domain);
        assert!(
            found.is_none(),
            "{} names `{}`.\n\
             The domain is pure: no file, socket, process, thread or clock, so that every rule can be tried without them. Let \
             an adapter ask the outside, and give the rule the answer or the time.",
            file.shown,
            found.unwrap().as_str(),
        );
    }
}

#[test]
fn no_file_depends_on_itself_through_others() {
    let tree = Tree::read();
    let uses = tree.uses();
    let mut done = BTreeSet::new();
    for start in tree.0.keys() {
        let mut way = Vec::new();
        let found = circle(&uses, start, &mut way, &mut done);
        let shown: Vec<&str> = way
            .iter()
            .map(|module| tree.0[*module].shown.as_str())
            .collect();
        assert!(
            !found,
            "these files use each other in a circle:\n  {}\n\
             Move what two of them share into a file of its own, below both. A mod.rs depends on the files that it declares: what \
             they use of it belongs in a file beside them.",
            shown.join("\n  -> "),
        );
    }
}

#[test]
fn the_source_shows_its_plan() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let entries = std::fs::read_dir(root).unwrap().count();
    assert!(
        entries <= ENTRIES,
        "src/ has {entries} entries: a new one belongs into a layer"
    );
    for file in Tree::read().0.values() {
        let (shown, lines) = (&file.shown, file.lines);
        assert!(
            lines <= LINES,
            "{shown} has {lines} lines, {LINES} at most: split it by purpose"
        );
        let says = |doc: &str| {
            doc.starts_with("//! ") && (doc.contains("Uses ") || doc.contains("May use "))
        };
        assert!(
            !shown.ends_with("mod.rs") || says(&file.head),
            "{shown}: its first lines say what the folder is for, and what it may use (\"Uses …\")"
        );
    }
}

#[test]
fn no_two_types_share_a_name() {
    let tree = Tree::read();
    let mut defined = BTreeMap::new();
    for file in tree.0.values() {
        for found in TYPE.captures_iter(&file.text) {
            let name = found[1].to_owned();
            let other = defined.insert(name.clone(), &file.shown);
            assert!(
                other.is_none(),
                "{} and {} both define a type `{name}`.\n\
                 A name stands for one thing, so that a search finds it. Put before it what it belongs to, as in `SlackClient` \
                 and `WebhookClient`; arguments of a command end in `Args`, tables of the configuration in `Config`.",
                other.unwrap(),
                file.shown,
            );
        }
    }
}
