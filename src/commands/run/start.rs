//! Starts the daemon: decides where reading starts and which messages come first.

use std::sync::mpsc;
use std::time::Duration;

use anyhow::Context;

use super::commit::{Committer, limit_of};
use super::edit::Editor;
use super::heartbeat::Heartbeat;
use super::own::Teller;
use super::post::Sender;
use crate::adapters::config::Config;
use crate::adapters::last_read::LastRead;
use crate::adapters::log::{Priority, Topic, about, line};
use crate::adapters::reader::{self, Reading};
use crate::adapters::service::Manager;
use crate::adapters::source::auth_log::AuthLogReader;
use crate::adapters::source::choice::{Chosen, Log, choose};
use crate::adapters::source::journal::JournalReader;
use crate::adapters::source::{LOOK_BACK, Source, Start};
use crate::adapters::store::{InstanceLock, Store};
use crate::commands::clock::{now, wait};
use crate::commands::run::daemon::{Daemon, Feeding};
use crate::commands::run::fixed::FixedSettings;
use crate::commands::run::held::PATIENCE;
use crate::commands::run::noticing::Noticing;
use crate::commands::run::webhook::WebhookSender;
use crate::domain::alerts::{Content, NEWS};
use crate::domain::base::position::Position;
use crate::domain::base::stop::Stop;
use crate::domain::base::time::Time;
use crate::domain::days::settle;
use crate::domain::directory::Directory;
use crate::domain::rules::Rules;
use crate::domain::state::{NoticeKind, Resume};

/// How many batches wait for the loop: the thread reads one while the loop commits another.
const BATCHES: usize = 1;

/// Runs the daemon until a signal ends it.
pub(super) fn run(
    config: &Config,
    store: Store,
    directory: Box<dyn Directory + Send>,
    fixed: FixedSettings,
    teller: Teller,
    from_start: bool,
) -> anyhow::Result<()> {
    // Until the loop begins, locks are waited for as long as in an ordinary command.
    let mut store = store.with_patience(PATIENCE);
    let Some(instance) = store.instance_lock()? else {
        let why = "another sftp-monitor runs on this state directory";
        return Err(Stop::Later(why.to_owned()).into());
    };
    let at = now();
    // The state as it stands now: where to continue.
    let before = store.change(config.zone.local(at), |daily| {
        settle(daily, config.zone, at);
        daily.resume.clone()
    })?;
    let file = config.source.auth_log.to_string_lossy();
    let file = before.files.get(&*file).cloned();
    let journals = before.journals.values();
    let journal = journals.max_by_key(|position| position.realtime).cloned();
    if from_start && (journal.is_some() || file.is_some()) {
        let why = "--from-start: a position is stored, and reading continues there, because nothing may be counted twice";
        return Err(Stop::Usage(why.to_owned()).into());
    }
    let absent = before
        .announced
        .then(|| absent(config, &instance))
        .flatten();
    // If there was an absence, the sign of life is renewed only once a notice is committed: else the next start would not see it.
    if absent.is_none() {
        instance.alive();
    }
    let chosen = choose_log(config)?;
    let name = chosen.log.name();
    let has_changed = has_changed(&before, &name);
    if has_changed {
        changed(&mut store, config, &before, &name)?;
    }
    let file_start = start(file.clone(), &before, has_changed, from_start);
    let journal_start = start(journal.clone(), &before, has_changed, false);
    let log = chosen.log.clone();
    // Also returns the stored position after which reading starts.
    let open = move || -> anyhow::Result<(Source, Option<Position>)> {
        let directory = match log {
            Log::AuthLog(path) => {
                let source = Source::AuthLog(AuthLogReader::open(&path, file_start)?);
                let begins = file.filter(|_| !has_changed).map(Position::File);
                return Ok((source, begins));
            }
            Log::Directory(directory) => Some(directory),
            Log::Journal => None,
        };
        let source = Source::Journal(JournalReader::open(directory.as_deref(), journal_start)?);
        let begins = journal.filter(|_| !has_changed).map(Position::Journal);
        Ok((source, begins))
    };
    let announce = announcements(&before, &chosen);
    // The loop does not need this copy of the state.
    drop(before);
    let client = fixed.client(config)?;
    let (orders, ordered) = mpsc::channel();
    let (batches, incoming) = tokio::sync::mpsc::channel(BATCHES);
    let last_read = LastRead::begin();
    let foreign = config.source.journal_directory.is_some();
    let webhook = fixed.webhook(config)?;
    let rules = Rules {
        limit: limit_of(&name, foreign),
        webhook: fixed.events(config),
        ..config.rules()
    };
    let daemon = Daemon {
        // The loop never waits for a lock: it tries again later.
        committer: Committer::new(
            store.with_patience(Duration::ZERO),
            rules,
            name,
            orders,
            announce,
        ),
        sender: Sender::new(
            client,
            config.voice(),
            config.routes.clone(),
            fixed.partners.is_none().then(|| config.clone()),
        ),
        absent,
        held: None,
        posting: None,
        reloading: None,
        feeding: Feeding::new(),
        noticing: Noticing::new(),
        unread: None,
        teller,
        editor: Editor::default(),
        manager: Manager::default(),
        last_read: last_read.clone(),
        heartbeat: Heartbeat::new(config.heartbeat.url.as_ref())?,
        webhook: WebhookSender::new(webhook, config.voice()),
        fixed,
        instance,
        ready: false,
    };
    let read = move |source: Source, begins: Option<Position>| {
        let reading = Reading::new(source, begins);
        reader::follow(reading, directory, &ordered, &batches, &last_read);
    };
    begin_to_read(open, read)?;
    wait(daemon.turn(incoming)).context("starting the loop")?
}

/// Chooses the log, and says which one is read, and which is not.
fn choose_log(config: &Config) -> anyhow::Result<Chosen> {
    let chosen = choose(&config.source)?;
    about(
        Topic::STARTED,
        Priority::Info,
        &format!("reading {}: {}", chosen.log, chosen.why),
    );
    for namespace in chosen.unread_namespaces() {
        let said = format!(
            "sshd logs into the journal namespace {namespace} (LogNamespace= in its unit), which is not read: remove that line, or set source.journal-directory to the namespace's directory"
        );
        line(Priority::Warning, &said);
    }
    Ok(chosen)
}

/// Opens and reads the source in its own thread. A journal may not leave the thread that opened it, so that thread opens it and
/// sends back the result.
fn begin_to_read(
    open: impl FnOnce() -> anyhow::Result<(Source, Option<Position>)> + Send + 'static,
    read: impl FnOnce(Source, Option<Position>) + Send + 'static,
) -> anyhow::Result<()> {
    let (opened, result) = mpsc::channel();
    std::thread::Builder::new()
        .name("reader".to_owned())
        .spawn(move || match open() {
            Ok((source, begins)) => {
                let _ = opened.send(Ok(()));
                read(source, begins);
            }
            Err(error) => drop(opened.send(Err(error))),
        })
        .context("starting the reading thread")?;
    result.recv().context("opening the log")?
}

/// The messages of this start.
fn announcements(before: &Resume, chosen: &Chosen) -> Vec<Content> {
    let missing_group = chosen.missing_group.map(str::to_owned);
    let started = (!before.announced || missing_group.is_some()).then(|| Content::Started {
        source: chosen.log.name(),
        first: !before.announced,
        missing_group,
    });
    started.into_iter().collect()
}

/// The time in which no daemon ran, if it was longer than ten minutes ([`NEWS`]).
fn absent(config: &Config, instance: &InstanceLock) -> Option<(Time, Time)> {
    let at = now();
    let from = instance
        .last_alive()
        .filter(|&from| at.since(from) > NEWS)?;
    let (begun, over) = (config.zone.second(from), config.zone.second(at));
    let told =
        format!("no monitor ran from {begun} to {over}: the events of that time are counted now");
    line(Priority::Warning, &told);
    Some((from, at))
}

/// Notes the change from one source to another.
fn changed(store: &mut Store, config: &Config, before: &Resume, to: &str) -> anyhow::Result<()> {
    let from = before.source.as_deref().unwrap_or("another source");
    line(
        Priority::Warning,
        &format!(
            "reading changes from {from} to {to}: entries that were counted before are skipped"
        ),
    );
    let (at, detail) = (now(), format!("{from} -> {to}"));
    store.commit(config.zone.local(at), |daily, _| {
        // The lines that would show these sessions are in the other source.
        drop(std::mem::take(&mut daily.resume.sessions.unseen));
        daily.note_span(
            NoticeKind::SourceChanged,
            (before.counted_until, at),
            0,
            Some(detail.clone()),
        );
    })?;
    Ok(())
}

/// Whether another source was read last. If so, this source is read after the last counted event, even if its own position is
/// older: the events in between were counted from the other source.
fn has_changed(before: &Resume, name: &str) -> bool {
    let other = before
        .source
        .as_deref()
        .is_some_and(|source| source != name);
    other && before.counted_until != Time::default()
}

/// Where reading starts: at the stored position, after the last counted event, at the beginning, or at the present.
fn start<P>(position: Option<P>, before: &Resume, changed: bool, from_start: bool) -> Start<P> {
    match position {
        _ if changed => Start::After {
            // A clock that ran ahead for a while is no reason to skip entries.
            time: before.counted_until.min(now()),
            look_back: LOOK_BACK,
        },
        Some(position) => Start::At(position),
        None if from_start => Start::Beginning,
        // The file of the earlier scripts was imported: entries since they wrote it last are not counted yet.
        None if now().since(before.counted_until) <= LOOK_BACK => Start::After {
            time: before.counted_until,
            look_back: LOOK_BACK,
        },
        None => Start::Now {
            look_back: LOOK_BACK,
        },
    }
}
