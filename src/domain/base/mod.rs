//! Small parts that the whole domain uses: time, harmless text, languages, bounded lists. Uses nothing but itself.

pub mod by_name;
pub mod clean;
pub mod evict;
pub mod hex;
pub mod language;
pub mod names;
pub mod numbers;
pub mod policy;
pub mod position;
pub mod process;
pub(crate) mod quick;
pub(crate) mod scan;
pub mod span;
pub mod stop;
pub mod table;
pub(crate) mod text;
pub mod time;
pub mod until;
pub mod when;
