//! Messages in words.

use super::blocks::{bold, plain, span};
use super::{Rendered, Voice, feed_text, file_text, summary_text, warning_text};
use crate::domain::alerts::{Content, Failures, Logins, Message};
use crate::domain::base::clean::{HOST, NAME, PATH, clean};
use crate::domain::base::language::{Language, Noun};
use crate::domain::render::blocks::{BLOCKS_MOST, TEXT_MOST, within};
use crate::domain::render::phrase::{Told, accounts, addresses, advice};

/// A message in words, in the form that Slack has asked for.
pub fn render(message: &Message, voice: &Voice) -> Rendered {
    tell(&message.content, voice).render(message.form, message.maybe_repeated, voice)
}

pub(crate) fn tell(content: &Content, voice: &Voice) -> Told {
    match content {
        Content::Started {
            source,
            first: _,
            missing_group,
        } => started(source, missing_group.as_deref(), voice),
        Content::Logins(logins) => logged_in(logins, voice),
        Content::Failures(failures) => failed(failures, voice),
        Content::Sweep(sweep) => warning_text::sweep(sweep, voice),
        Content::Files(files) | Content::Troubled(files) => file_text::tell(files, voice),
        Content::Hindered(hindered) => warning_text::hindered(hindered, voice),
        Content::Blind(blind) => warning_text::blind(blind, voice),
        Content::Unreadable { lines, example } => warning_text::unreadable(*lines, example, voice),
        Content::Several { parts, .. } => several(parts, voice),
        Content::Summary(summary) => summary_text::tell(summary, voice),
        Content::FeedMissing(missing) => feed_text::missing(missing, voice),
        Content::FeedArrived(arrived) => feed_text::arrived(arrived, voice),
        Content::FeedChanged(changed) => feed_text::changed(changed, voice),
        Content::Quiet(quiet) => feed_text::quiet(quiet, voice),
        Content::LogLevel {
            partners,
            count,
            found,
            line,
            file,
        } => log_level(partners, *count as u64, [found, line, file], voice),
        Content::Unseen {
            partners,
            count,
            known,
            why,
        } => warning_text::unseen((partners, *count as u64), *known, why, voice),
    }
}

fn started(source: &str, missing_group: Option<&str>, voice: &Voice) -> Told {
    let (label, source) = (voice.label(), clean(source, PATH));
    let mut lines = vec![plain(match voice.language {
        Language::French => format!("👀 Surveillance active sur {label} — source : {source}"),
        Language::English => format!("👀 Watching {label} — source: {source}"),
    })];
    if let Some(group) = missing_group {
        let group = clean(group, NAME);
        lines.push(plain(match voice.language {
            Language::French => format!(
                "⚠️ Le journal existe mais n'est pas lisible : ajoutez l'utilisateur du service au groupe {group}"
            ),
            Language::English => format!(
                "⚠️ There is a journal, but it cannot be read: add the service's user to the group {group}"
            ),
        }));
    }
    Told {
        lines,
        ..Told::default()
    }
}

fn logged_in(logins: &Logins, voice: &Voice) -> Told {
    let language = voice.language;
    let partner = voice.partner(&logins.partner, logins.full_name.as_deref());
    let addresses = addresses(&logins.addresses, language);
    let at = language.moment(logins.at, voice.zone);
    let times = match logins.count {
        0 | 1 => String::new(),
        count => format!(" {}", language.count(count, Noun::Time)),
    };
    let mut said = match language {
        Language::French => format!(" s'est connecté{times} depuis {addresses} — {at}"),
        Language::English => format!(" logged in{times} from {addresses} — {at}"),
    };
    if logins.after_failures > 0 {
        let failures = language.count(logins.after_failures, Noun::Failure);
        said += &format!(" ({} {failures})", language.pick("après", "after"));
    }
    Told {
        lines: vec![vec![span("✅ "), bold(partner), span(said)]],
        context: method(&logins.method).into_iter().collect(),
        ..Told::default()
    }
}

fn failed(failures: &Failures, voice: &Voice) -> Told {
    let language = voice.language;
    let partner = voice.partner(&failures.partner, failures.full_name.as_deref());
    let addresses = addresses(&failures.addresses, language);
    let at = language.moment(failures.at, voice.zone);
    let advice = advice(failures.cause, language);
    let several = language.number(failures.count);
    let of = language.of(&partner);
    let (begin, end) = match (language, failures.count) {
        (Language::French, 0 | 1) => ("🔴 Échec de connexion de ".into(), "depuis"),
        (Language::French, _) => (format!("🔴 {several} échecs de connexion {of}"), "depuis"),
        (Language::English, 0 | 1) => ("🔴 Log-in failed for ".into(), "from"),
        (Language::English, _) => (format!("🔴 {several} failed log-ins for "), "from"),
    };
    let mut context = Vec::new();
    context.extend(failures.method.as_deref().and_then(method));
    let today = language.count(failures.today, Noun::Failure);
    context.push(format!("{today} {}", language.pick("aujourd'hui", "today")));
    let said = format!(" — {advice} ({end} {addresses}, {at})");
    Told {
        lines: vec![vec![span(begin), bold(partner), span(said)]],
        context,
        ..Told::default()
    }
}

fn log_level(partners: &[String], count: u64, what: [&str; 3], voice: &Voice) -> Told {
    let language = voice.language;
    let names = accounts(partners, count, voice);
    let [found, line, file] = what.map(|part| clean(part, HOST));
    // sshd's own level, or sftp-server's.
    let quiet = line.starts_with("LogLevel ");
    let (begin, say, write) = match language {
        Language::French => (
            "⚠️ Transferts invisibles pour ",
            match quiet {
                true => format!(
                    " : au-dessous de INFO, sshd ne journalise aucune connexion (trouvé : {found})"
                ),
                false => format!(
                    " : sftp-server ne journalise aucun fichier sans -l INFO (trouvé : {found})"
                ),
            },
            format!("À écrire dans {file} : {line}"),
        ),
        Language::English => (
            "⚠️ Transfers cannot be seen for ",
            match quiet {
                true => format!(": below INFO sshd logs no log-in (found: {found})"),
                false => format!(": sftp-server logs no file without -l INFO (found: {found})"),
            },
            format!("To be written into {file}: {line}"),
        ),
    };
    Told {
        lines: vec![vec![span(begin), bold(names), span(say)], plain(write)],
        ..Told::default()
    }
}

/// A method such as `keyboard-interactive/pam`, if it looks like one.
fn method(method: &str) -> Option<String> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_/".contains(&byte);
    let is_method = !method.is_empty() && method.len() <= NAME && method.bytes().all(plain);
    is_method.then(|| method.to_string())
}

/// The sentences of all parts, one below the other.
pub(crate) fn several(parts: &[Content], voice: &Voice) -> Told {
    let (mut whole, mut short) = (Told::default(), Vec::new());
    for part in parts {
        let told = tell(part, voice);
        short.extend(told.short.unwrap_or_else(|| told.lines.clone()));
        whole.lines.extend(told.lines);
        whole.details.extend(told.details);
        let new = told.context.into_iter();
        let new: Vec<String> = new.filter(|said| !whole.context.contains(said)).collect();
        whole.context.extend(new);
    }
    let rest = |more: usize| plain(format!("… +{more}"));
    whole.short = Some(within(short, TEXT_MOST, rest));
    whole.lines = within(whole.lines, BLOCKS_MOST - AROUND, rest);
    whole
}

/// What the label, the line at the end and what is around them take of a message's blocks, at most.
pub(super) const AROUND: usize = 1_500;
