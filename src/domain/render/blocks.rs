//! Builds Slack's blocks, only the few kinds that are needed.
//!
//! Text from a log goes into `rich_text` or the cells of a table. There Slack reads no markup, and makes no links from addresses,
//! no pings from `<!channel>` and no pictures from `:smile:`, because each of these would be a separate element. Context blocks
//! are `plain_text`, and Slack does not say whether it makes links there. They contain only our own words and values that cannot
//! contain a link: IP addresses, methods of letters, numbers, times.
//!
//! Notifications and screen readers show `text` instead of the blocks. It is escaped and sent with `mrkdwn: false`, `parse: none`
//! and `link_names: false`. One problem is left: a file called `:smile:.xml` may show a picture there, because Slack has no
//! switch and no escape for it. A hidden character between the colons would prevent that, but break search and copy, and the
//! program writes no hidden characters. The blocks show the name as it is.

use serde_json::{Value, json};

use crate::domain::base::clean::escape;

/// The bytes of a message's blocks that are kept free for the label, the line at the end and the parts around them.
pub(crate) const AROUND: usize = 1_500;

/// The most bytes of `text`: Slack recommends at most 4,000.
pub(crate) const TEXT_MOST: usize = 3_500;
/// The most characters of all blocks, counted escaped; Slack refuses about 13,200 as `msg_blocks_too_long`.
pub(crate) const BLOCKS_MOST: usize = 10_000;

/// A piece of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Piece {
    pub(crate) text: String,
    pub(crate) bold: bool,
}

/// A line of a message.
pub(crate) type TextLine = Vec<Piece>;

/// A line without bold pieces.
pub(crate) fn plain(text: impl Into<String>) -> TextLine {
    vec![piece(text)]
}

/// An ordinary piece.
pub(crate) fn piece(text: impl Into<String>) -> Piece {
    Piece {
        text: text.into(),
        bold: false,
    }
}

/// A bold piece.
pub(crate) fn bold(text: impl Into<String>) -> Piece {
    Piece {
        text: text.into(),
        bold: true,
    }
}

/// Lines as plain text, not escaped.
pub(crate) fn joined(lines: &[TextLine]) -> String {
    let line = |line: &TextLine| {
        line.iter()
            .map(|piece| piece.text.as_str())
            .collect::<String>()
    };
    lines.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// The length of lines as Slack counts it: escaped, with a line break each. It counts bytes, so the result is never too small.
pub(crate) fn weight(lines: &[TextLine]) -> usize {
    let pieces = lines.iter().flatten();
    lines.len() + pieces.map(|piece| escape(&piece.text).len()).sum::<usize>()
}

/// Keeps as many lines as weigh at most `most` together; `rest` says how many are left out.
pub(crate) fn within(
    lines: Vec<TextLine>,
    most: usize,
    rest: impl Fn(usize) -> TextLine,
) -> Vec<TextLine> {
    ranked_within(
        lines.into_iter().map(|line| (0, line)).collect(),
        most,
        rest,
    )
}

/// The same, also in their order, but lines of the lowest rank get room before others.
pub(crate) fn ranked_within(
    lines: Vec<(u8, TextLine)>,
    most: usize,
    rest: impl Fn(usize) -> TextLine,
) -> Vec<TextLine> {
    let weights: Vec<usize> = lines
        .iter()
        .map(|(_, line)| weight(std::slice::from_ref(line)))
        .collect();
    let count = lines.len();
    if weights.iter().sum::<usize>() <= most {
        return lines.into_iter().map(|(_, line)| line).collect();
    }
    let mut room = most.saturating_sub(weight(&[rest(count)]));
    let mut by_rank: Vec<usize> = (0..count).collect();
    by_rank.sort_by_key(|&at| lines[at].0);
    let mut fits = vec![false; count];
    for at in by_rank {
        if weights[at] <= room {
            room -= weights[at];
            fits[at] = true;
        }
    }
    let kept = lines.into_iter().zip(fits).filter(|(_, fits)| *fits);
    let mut kept: Vec<TextLine> = kept.map(|((_, line), _)| line).collect();
    kept.push(rest(count - kept.len()));
    kept
}

/// A block of these lines.
pub(crate) fn rich_text(lines: &[TextLine]) -> Value {
    let mut elements = Vec::new();
    for (number, line) in lines.iter().enumerate() {
        if number > 0 {
            elements.push(json!({"type": "text", "text": "\n"}));
        }
        // Slack refuses an element without text.
        elements.extend(
            line.iter()
                .filter(|piece| !piece.text.is_empty())
                .map(element),
        );
    }
    json!({"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": elements}]})
}

/// The same block with a mention of this user or user group at the end of its first line.
pub(crate) fn calling(mut rich_text: Value, id: &str) -> Value {
    let mention = match id.starts_with('S') {
        true => json!({"type": "usergroup", "usergroup_id": id}),
        false => json!({"type": "user", "user_id": id}),
    };
    if let Some(elements) = rich_text["elements"][0]["elements"].as_array_mut() {
        let end = elements.iter().position(|e| e["text"] == "\n");
        let end = end.unwrap_or(elements.len());
        elements.splice(end..end, [json!({"type": "text", "text": " "}), mention]);
    }
    rich_text
}

/// A block of this text in a fixed-width font.
pub(crate) fn preformatted(text: &str) -> Value {
    let element = json!({"type": "text", "text": text});
    json!({"type": "rich_text", "elements": [{"type": "rich_text_preformatted", "elements": [element]}]})
}

/// A small grey line. From a log, it may contain only addresses, methods and times.
pub(crate) fn context(text: &str) -> Value {
    let element = json!({"type": "plain_text", "text": text, "emoji": false});
    json!({"type": "context", "elements": [element]})
}

/// A piece as an element of a section.
pub(crate) fn element(piece: &Piece) -> Value {
    if piece.bold {
        json!({"type": "text", "text": piece.text, "style": {"bold": true}})
    } else {
        json!({"type": "text", "text": piece.text})
    }
}

/// The space between the columns of an aligned table.
pub(crate) const BETWEEN: &str = "  ";

/// Rows of cells in a fixed-width font: the first column is aligned to the left, the numbers to the right.
pub(crate) fn aligned<R: AsRef<[String]>>(rows: &[R]) -> String {
    let mut widths = Vec::new();
    for row in rows {
        for (column, cell) in row.as_ref().iter().enumerate() {
            widths.resize(widths.len().max(column + 1), 0);
            widths[column] = cell.chars().count().max(widths[column]);
        }
    }
    let line = |row: &R| {
        let cells = row.as_ref().iter().zip(&widths).enumerate();
        let cells = cells.map(|(column, (cell, &width))| match column {
            0 => format!("{cell:<width$}"),
            _ => format!("{cell:>width$}"),
        });
        cells.collect::<Vec<_>>().join(BETWEEN)
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}
