//! Expected feeds: which files of which partner, by when, and whether they arrived. Uses `base`, `alerts` and `state`.

mod arrivals;
pub(crate) mod calendar;
mod dated;
mod days;
mod expectation;
mod files;
mod files_sentence;
mod holidays;
mod many;
mod outcome;
mod pattern;
mod possible;
mod progress;
mod range;
mod sentence;
mod standing;
mod wanted;
mod watched;
mod weekdays;

pub use arrivals::{Arrival, Complete, FeedDay, Feeds, Missed, Overdue, Watched};
pub use calendar::{Months, Opening, Schedule, Weeks};
pub use dated::{Dates, RequiredName, has_date};
pub use days::{Days, Place, Unit};
pub use expectation::Expectation;
pub use files::Uploaded;
pub(crate) use files::{KEEPS_NAME, is_same, moved};
pub use holidays::Holidays;
pub use many::{ByPattern, Many};
pub use outcome::{Feed, Outcome};
pub use pattern::Pattern;
pub use range::Range;
pub use standing::{FeedStanding, State};
pub(crate) use standing::{begun, not_watched};
pub use wanted::Wanted;
pub(crate) use watched::last_upload;
pub use weekdays::Weekdays;
