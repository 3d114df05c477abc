//! Renders messages in words.

use super::blocks::plain;
use super::{
    Rendered, Voice, expiry_text, feed_text, file_text, odd_text, reply_text, summary_text,
    warning_text,
};
use crate::domain::alerts::{Content, Failures, Layout, Logins, Message};
use crate::domain::base::clean::{HOST, NAME, PATH, clean, unescape};
use crate::domain::base::language::Noun;
use crate::domain::render::blocks::{AROUND, BLOCKS_MOST, TEXT_MOST, within};
use crate::domain::render::phrase::{self, Draft, addresses, addresses_with_new, advice, new_keys};
use crate::domain::render::say::{Phrase, slots};

/// A message in words, in the form that Slack has asked for.
pub fn render(message: &Message, voice: &Voice) -> Rendered {
    let told = tell(&message.content, voice);
    let told = match &message.content {
        // A reply that is not in the thread of its first message also says what it is about.
        Content::Reply { reply, of } if message.thread.is_none() && reply.is_answer() => {
            together([told, tell(of, voice)].into_iter())
        }
        _ => told,
    };
    told.render(message.form, message.maybe_repeated, voice)
}

/// A message that shows this content, in this form.
pub fn render_content(content: &Content, form: Layout, voice: &Voice) -> Rendered {
    tell(content, voice).render(form, false, voice)
}

/// The sentences without their layout, for a program that passes them on.
pub(crate) fn sentence(content: &Content, voice: &Voice) -> String {
    let rendered = render_content(content, Layout::Text, voice);
    unescape(&rendered.text)
}

pub(crate) fn tell(content: &Content, voice: &Voice) -> Draft {
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
        Content::Several { parts, .. } => together(parts.iter().map(|part| tell(part, voice))),
        Content::Summary(summary) => summary_text::tell(summary, voice),
        Content::FeedMissing(missing) => feed_text::missing(missing, voice),
        Content::FeedArrived(arrived) => feed_text::arrived(arrived, voice),
        Content::FeedChanged(changed) => feed_text::changed(changed, voice),
        Content::FeedOdd(odd) => odd_text::odd(odd, voice),
        Content::Quiet(quiet) => feed_text::quiet(quiet, voice),
        Content::Reply { reply, of } => reply_text::tell(reply, tell(of, voice), voice),
        Content::MuteEnded { ended, past } => {
            let head = summary_text::mute_ended(ended, past.is_empty(), voice);
            let rest = summary_text::more_about_feeds(ended.more, voice);
            let past = past.iter().map(|part| tell(part, voice));
            together([head].into_iter().chain(past).chain(rest))
        }
        Content::Works(works) => warning_text::works(works, voice),
        Content::Expiring(expiring) => expiry_text::expiring(expiring, voice),
        Content::LogLevel {
            partners,
            count,
            full_names,
            found,
            line,
            file,
        } => {
            let names = phrase::partners(partners, full_names, *count as u64, voice);
            log_level(names, [found, line, file], voice)
        }
        Content::Unseen {
            partners,
            count,
            full_names,
            known,
            why,
        } => {
            let names = (!partners.is_empty())
                .then(|| phrase::partners(partners, full_names, *count as u64, voice));
            warning_text::unseen(names, *known, why, voice)
        }
    }
}

fn started(source: &str, missing_group: Option<&str>, voice: &Voice) -> Draft {
    let (label, source) = (voice.label(), clean(source, PATH));
    let watching = Phrase::of("watching");
    let mut lines = vec![voice.line(watching, slots![label, source])];
    if let Some(group) = missing_group {
        let group = clean(group, NAME);
        let text = Phrase::of("no-permission");
        lines.push(voice.line(text, slots![group]));
    }
    Draft {
        lines,
        ..Draft::default()
    }
}

fn logged_in(logins: &Logins, voice: &Voice) -> Draft {
    let language = voice.language;
    let partner = voice.partner(&logins.partner, logins.full_name.as_deref());
    let addresses = addresses_with_new(&logins.addresses, &logins.new_addresses, language);
    let at = voice.moment(logins.at);
    let counted = |count: u64, least, noun| match count >= least {
        true => language.count(count, noun),
        false => String::new(),
    };
    let times = counted(logins.count, 2, Noun::Time);
    let failures = counted(logins.after_failures, 1, Noun::Failure);
    let text = Phrase::of("logged-in");
    let keys = new_keys(logins.new_keys, language);
    let slots = slots![partner, times, addresses, at, failures, keys];
    voice.draft(text, slots).ending(method(&logins.method))
}

fn failed(failures: &Failures, voice: &Voice) -> Draft {
    let language = voice.language;
    let partner = voice.partner(&failures.partner, failures.full_name.as_deref());
    let addresses = addresses(&failures.addresses, language);
    let at = voice.moment(failures.at);
    let advice = advice(failures.cause, language);
    let several = language.number(failures.count);
    let of = language.of(&partner);
    let text = match failures.count {
        // Always "de", for every name, as in the scripts' text.
        0 | 1 => Phrase::of("failed-once"),
        _ => Phrase::of("failed-several"),
    };
    let today = language.count(failures.today, Noun::Failure);
    let today = voice.say(
        Phrase("{today} aujourd'hui", "{today} today"),
        slots![today],
    );
    let method = failures.method.as_deref().and_then(method);
    let slots = slots![several, of, partner, advice, addresses, at];
    voice
        .draft(text, slots)
        .ending(method.into_iter().chain([today]))
}

fn log_level(names: String, what: [&str; 3], voice: &Voice) -> Draft {
    let [found, line, file] = what.map(|part| clean(part, HOST));
    // The level of sshd, or of sftp-server.
    let text = match line.starts_with("LogLevel ") {
        true => Phrase::of("log-level-of-sshd"),
        false => Phrase::of("log-level-of-sftp-server"),
    };
    let mend = Phrase::of("to-be-written");
    Draft {
        lines: vec![
            voice.line(text, slots![names, found]),
            voice.line(mend, slots![file, line]),
        ],
        ..Draft::default()
    }
}

/// A method such as `keyboard-interactive/pam`, if it looks like one.
fn method(method: &str) -> Option<String> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_/".contains(&byte);
    let is_method = !method.is_empty() && method.len() <= NAME && method.bytes().all(plain);
    is_method.then(|| method.to_string())
}

/// The sentences of all parts, one below the other.
fn together(drafts: impl Iterator<Item = Draft>) -> Draft {
    let (mut whole, mut short) = (Draft::default(), Vec::new());
    for told in drafts {
        short.extend(told.short.unwrap_or_else(|| told.lines.clone()));
        whole.lines.extend(told.lines);
        whole.details.extend(told.details);
        whole.mention = whole.mention.or(told.mention);
        let new = told.context.into_iter();
        let new: Vec<String> = new.filter(|said| !whole.context.contains(said)).collect();
        whole.context.extend(new);
    }
    let rest = |more: usize| plain(format!("… +{more}"));
    whole.short = Some(within(short, TEXT_MOST, rest));
    whole.lines = within(whole.lines, BLOCKS_MOST - AROUND, rest);
    whole
}
