//! Phrases that several messages share.

use crate::domain::alerts::{Cause, Layout, NAMES_KEPT, Transfer};
use crate::domain::base::clean::{HOST, clean, escape, escape_within};
use crate::domain::base::language::Language;
use crate::domain::render::blocks::{self, BLOCKS_MOST, TEXT_MOST, TextLine, plain};
use crate::domain::render::say::{Phrase, Slots, slots};
use crate::domain::render::{Rendered, Voice};
use std::collections::BTreeMap;

/// The most bytes of a list of names or addresses in a sentence; the other items are counted.
const LIST_MOST: usize = 1_800;

/// The sentences of a message, before it gets a form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Draft {
    /// The sentences.
    pub(crate) lines: Vec<TextLine>,
    /// The short sentences for `text`, if they differ.
    pub(crate) short: Option<Vec<TextLine>>,
    /// Lines that are shown only in blocks.
    pub(crate) details: Vec<TextLine>,
    /// The line at the end, without the label.
    pub(crate) context: Vec<String>,
    /// The user or user group to mention, only in blocks.
    pub(crate) mention: Option<String>,
}

impl Voice {
    /// A message of this sentence alone.
    pub(super) fn draft(&self, text: Phrase, slots: Slots<'_>) -> Draft {
        Draft {
            lines: vec![self.line(text, slots)],
            ..Draft::default()
        }
    }
}

impl Draft {
    /// The same message with these words in the line at its end.
    pub(super) fn ending(self, context: impl IntoIterator<Item = impl Into<String>>) -> Draft {
        let context = context.into_iter().map(Into::into).collect();
        Draft { context, ..self }
    }

    /// The message in this form.
    pub(crate) fn render(self, form: Layout, repeated: bool, voice: &Voice) -> Rendered {
        let short = self.short.as_ref().unwrap_or(&self.lines);
        Rendered {
            text: escape_within(&blocks::joined(short), TEXT_MOST),
            blocks: self.blocks(form, repeated, voice),
        }
    }

    fn blocks(self, form: Layout, repeated: bool, voice: &Voice) -> Option<serde_json::Value> {
        let context = [vec![voice.label()], self.context].concat().join(" · ");
        let ending = closing(context, repeated, voice);
        let rest = |more: usize| plain(format!("… +{more}"));
        // The room that the sentences and the two lines at the end leave.
        let room = BLOCKS_MOST.saturating_sub(blocks::weight(&self.lines) + 5 * HOST);
        let details = blocks::within(self.details, room, rest);
        let lines = [self.lines, details].concat();
        let blocks = match form {
            Layout::Blocks => {
                let text = match &self.mention {
                    Some(id) => blocks::calling(blocks::rich_text(&lines), id),
                    None => blocks::rich_text(&lines),
                };
                let ending = ending.iter().map(|line| blocks::context(line));
                [text].into_iter().chain(ending).collect::<Vec<_>>()
            }
            Layout::Preformatted => {
                let text = format!("{}\n{}", blocks::joined(&lines), ending.join("\n"));
                vec![blocks::preformatted(&text)]
            }
            Layout::Text => return None,
        };
        Some(blocks.into())
    }
}

/// The advice about a failure, or its cause. The advice about passwords is in English in French messages too, because the team
/// knows it.
pub(crate) fn advice(cause: Cause, language: Language) -> String {
    let text = match cause {
        Cause::Password => Phrase::of("cause-password"),
        Cause::Key => Phrase::of("cause-key"),
        Cause::KeyOrAbandoned => Phrase::of("cause-key-or-abandoned"),
        Cause::Configuration => Phrase::of("cause-configuration"),
        Cause::Shell => Phrase::of("cause-shell"),
        Cause::Account => Phrase::of("cause-account"),
        Cause::AccountExpired => Phrase::of("cause-account-expired"),
        Cause::Expired => Phrase::of("cause-expired"),
        Cause::Locked => Phrase::of("cause-locked"),
    };
    language.say(text, &[])
}

/// The number of transfers of a kind: `2 uploads interrompus`.
pub(crate) fn transfers_said(what: Transfer, count: u64, language: Language) -> String {
    let text = match what {
        Transfer::Upload => Phrase::of("number-upload"),
        Transfer::Download => Phrase::of("number-download"),
        Transfer::UploadInterrupted => Phrase::of("number-upload-interrupted"),
        Transfer::DownloadInterrupted => Phrase::of("number-download-interrupted"),
        Transfer::UploadFailed => Phrase::of("number-upload-failed"),
        Transfer::Unknown => Phrase::of("number-unknown"),
        Transfer::UploadUnclosed | Transfer::DownloadUnclosed => Phrase::of("number-unclosed"),
    };
    let n = language.number(count);
    language.say(text, slots![n])
}

/// A list of partners with their full names; `full_names` has them by account.
pub(crate) fn partners(
    accounts: &[String],
    full_names: &BTreeMap<String, String>,
    count: u64,
    voice: &Voice,
) -> String {
    let full_name = |account| full_names.get(account).map(String::as_str);
    let names: Vec<String> = accounts
        .iter()
        .map(|account| voice.partner(account, full_name(account)))
        .collect();
    list_within(&names, count, voice.language)
}

/// As many items as fit into a sentence, and the number of the others.
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

/// The addresses; only the latest if there are too many.
pub(crate) fn addresses(addresses: &[String], language: Language) -> String {
    addresses_with_new(addresses, &[], language)
}

/// The same, with a mark on those that were not seen before.
pub(crate) fn addresses_with_new(
    addresses: &[String],
    new: &[String],
    language: Language,
) -> String {
    if addresses.is_empty() {
        return "?".into();
    }
    let kept = &addresses[addresses.len().saturating_sub(NAMES_KEPT)..];
    let shown = kept.iter().map(|one| {
        let address = clean(one, HOST);
        let marked = Phrase("{address} (nouvelle adresse)", "{address} (new address)");
        match new.contains(one) {
            true => language.say(marked, slots![address]),
            false => address,
        }
    });
    let shown: Vec<String> = shown.collect();
    list_within(&shown, shown.len() as u64, language)
}

/// The mark on log-ins with keys that were not seen before; empty if there are none.
pub(crate) fn new_keys(count: u64, language: Language) -> String {
    let n = language.number(count);
    let text = match count {
        0 => return String::new(),
        1 => Phrase("nouvelle clé", "new key"),
        _ => Phrase("{n} nouvelles clés", "{n} new keys"),
    };
    language.say(text, slots![n])
}

/// The lines at the end of a message: this one, and a remark if the first try may have arrived.
pub(super) fn closing(line: String, repeated: bool, voice: &Voice) -> Vec<String> {
    let remark = repeated.then(|| voice.say(Phrase::of("repeated"), &[]));
    [line].into_iter().chain(remark).collect()
}
