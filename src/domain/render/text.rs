//! Messages in words.

use super::blocks::{self, BLOCKS_MOST, Line, TEXT_MOST, bold, plain, span};
use super::{Rendered, Voice};
use super::{feed_text, file_text, summary_text, waited, warning_text};
use crate::adapters::config::Language;
use crate::domain::alerts::{Cause, Content, Failures, Form, Logins, Message, NAMES_KEPT};
use crate::domain::base::clean::{HOST, NAME, PATH, clean, escape, escape_within};
use crate::domain::base::language::Noun;

/// The most bytes of a list of names or addresses in a sentence; what does not fit is counted.
const LIST_MOST: usize = 1_800;

/// What a message says, before it takes a form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Told {
    /// The sentences.
    pub(crate) lines: Vec<Line>,
    /// The sentences where they must be short: in `text`.
    pub(crate) short: Option<Vec<Line>>,
    /// What only blocks have room for.
    pub(crate) details: Vec<Line>,
    /// The line at the end, without the label.
    pub(crate) context: Vec<String>,
    /// The user or the user group that is called, in blocks alone.
    pub(crate) mention: Option<String>,
}

/// A message in words, in the form that Slack has asked for.
pub fn render(message: &Message, voice: &Voice) -> Rendered {
    tell(&message.content, voice).render(message.form, message.maybe_repeated, voice)
}

impl Told {
    /// It in this form.
    pub(crate) fn render(self, form: Form, repeated: bool, voice: &Voice) -> Rendered {
        let short = self.short.as_ref().unwrap_or(&self.lines);
        Rendered {
            text: escape_within(&blocks::joined(short), TEXT_MOST),
            blocks: self.blocks(form, repeated, voice),
        }
    }

    fn blocks(self, form: Form, repeated: bool, voice: &Voice) -> Option<serde_json::Value> {
        let mut context = vec![voice.label()];
        context.extend(self.context);
        let context = context.join(" · ");
        let repeated = repeated.then(|| repeat(voice.language));
        let rest = |more: usize| plain(format!("… +{more}"));
        // What the sentences leave, less the two lines at the end.
        let room = BLOCKS_MOST.saturating_sub(blocks::weight(&self.lines) + 5 * HOST);
        let details = blocks::within(self.details, room, rest);
        let lines = [self.lines, details].concat();
        let blocks = match form {
            Form::Blocks => {
                let text = match &self.mention {
                    Some(id) => blocks::calling(blocks::rich_text(&lines), id),
                    None => blocks::rich_text(&lines),
                };
                let mut blocks = vec![text, blocks::context(&context)];
                blocks.extend(repeated.map(blocks::context));
                blocks
            }
            Form::Preformatted => {
                let mut text = format!("{}\n{context}", blocks::joined(&lines));
                if let Some(repeated) = repeated {
                    text.push('\n');
                    text.push_str(repeated);
                }
                vec![blocks::preformatted(&text)]
            }
            Form::Text => return None,
        };
        Some(blocks.into())
    }
}

/// What is said of a message whose first try may have arrived.
pub(crate) fn repeat(language: Language) -> &'static str {
    language.pick(
        "Peut-être déjà publié : la réponse de Slack au premier envoi s'est perdue.",
        "May be a repeat: Slack's answer to the first try was lost.",
    )
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
        Content::Several { parts, .. } => waited::several(parts, voice),
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

/// What to do about a failure, or what it was. The advice about passwords is English in French as well: the team knows it.
pub(crate) fn advice(cause: Cause, language: Language) -> &'static str {
    match cause {
        Cause::Password => "check if password changed",
        Cause::Key => language.pick("clé refusée", "key refused"),
        Cause::KeyOrAbandoned => language.pick(
            "clé refusée ou connexion abandonnée",
            "key refused or connection given up",
        ),
        Cause::Configuration => language.pick(
            "refusé par la configuration de sshd",
            "refused by sshd's configuration",
        ),
        Cause::Shell => language.pick(
            "shell du compte inutilisable",
            "the account's shell cannot be used",
        ),
        Cause::Account => language.pick("compte refusé par PAM", "account refused by PAM"),
        Cause::AccountExpired => language.pick(
            "compte refusé par PAM, expiré selon sshd",
            "account refused by PAM, expired according to sshd",
        ),
        Cause::Expired => language.pick(
            "compte ou mot de passe expiré",
            "account or password expired",
        ),
        Cause::Locked => language.pick("compte verrouillé", "account locked"),
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

/// Partners of whom only the accounts are known.
pub(crate) fn accounts(partners: &[String], count: u64, voice: &Voice) -> String {
    let names: Vec<String> = partners
        .iter()
        .map(|account| voice.partner(account, None))
        .collect();
    list_within(&names, count, voice.language)
}

/// As many of these as fit into a sentence, and how many more there are.
pub(crate) fn list_within(items: &[String], count: u64, language: Language) -> String {
    let mut used = 0;
    let fits = |item: &&String| {
        used += escape(item).len() + 2;
        used <= LIST_MOST
    };
    let fitting = items.iter().take(NAMES_KEPT).take_while(fits).count();
    let count = count.max(items.len() as u64);
    language.list_of(&items[..fitting], count)
}

/// Addresses, the latest of them where there are too many.
pub(crate) fn addresses(addresses: &[String], language: Language) -> String {
    if addresses.is_empty() {
        return "?".into();
    }
    let kept = &addresses[addresses.len().saturating_sub(NAMES_KEPT)..];
    let shown: Vec<String> = kept.iter().map(|address| clean(address, HOST)).collect();
    list_within(&shown, shown.len() as u64, language)
}

/// A method such as `keyboard-interactive/pam`, if it looks like one.
fn method(method: &str) -> Option<String> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_/".contains(&byte);
    let is_method = !method.is_empty() && method.len() <= NAME && method.bytes().all(plain);
    is_method.then(|| method.to_string())
}
