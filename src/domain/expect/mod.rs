//! Expected feeds: which files of which partner, by when, and whether they arrived. Uses `base`, `alerts` and `state`.

mod arrivals;
pub(crate) mod calendar;
mod days;
mod expectation;
mod files;
mod holidays;
mod many;
mod outcome;
mod pattern;
mod sentence;
mod standing;
mod wanted;
mod watched;
mod weekdays;

pub use arrivals::{Arrival, Complete, FeedDay, Feeds, Missed, Overdue, Watched};
pub use calendar::{Months, Opening, Schedule, Weeks};
pub use days::{Days, Place, Unit};
pub use expectation::Expectation;
pub use files::Uploaded;
pub(crate) use files::{is_same, moved};
pub use holidays::Holidays;
pub use many::{ByPattern, Many};
pub use outcome::{Feed, Outcome};
pub use pattern::Pattern;
pub use standing::{FeedStanding, State};
pub(crate) use standing::{begun, not_watched};
pub use wanted::Wanted;
pub(crate) use watched::last_upload;
pub use weekdays::Weekdays;
