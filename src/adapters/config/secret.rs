//! The webhook's secret: where it is looked for, and a type that hides its value.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::credential::{FoundSecret, Sought};
use crate::domain::base::stop::Stop;

/// The credential's name.
pub(crate) const SECRET_CREDENTIAL: &str = "webhook-secret";

/// The beginning of a secret in the form of Standard Webhooks; the rest is base64.
const ENCODED: &str = "whsec_";

/// Where the secret is looked for.
const SOUGHT: Sought = Sought {
    what: "webhook's secret",
    credential: SECRET_CREDENTIAL,
    variable: "SFTP_MONITOR_WEBHOOK_SECRET",
};

/// The secret with which requests are signed.
#[derive(Clone)]
pub struct Secret {
    key: Vec<u8>,
    place: String,
}

impl Secret {
    /// Looks for the secret in the same places as for the token; `None` if there is none, or if this user cannot see it.
    pub fn find(unit: &str) -> Result<Option<Secret>, Stop> {
        Self::found(SOUGHT.find(unit)?)
    }

    fn found(found: FoundSecret) -> Result<Option<Secret>, Stop> {
        match found {
            FoundSecret::Here(secret, place) => Self::of(&secret, place).map(Some),
            FoundSecret::Nowhere | FoundSecret::Hidden => Ok(None),
        }
    }

    /// A secret as it is written: base64 after `whsec_`, or any other text.
    fn of(written: &[u8], place: String) -> Result<Secret, Stop> {
        if !written.iter().all(u8::is_ascii_graphic) {
            return Err(Stop::Setup(format!(
                "the webhook's secret in {place} has blanks or characters outside ASCII"
            )));
        }
        let key = match written.strip_prefix(ENCODED.as_bytes()) {
            None => written.to_vec(),
            Some(encoded) => STANDARD.decode(encoded).map_err(|_| {
                Stop::Setup(format!(
                    "the webhook's secret in {place} begins with {ENCODED}, but no base64 follows"
                ))
            })?,
        };
        if key.is_empty() {
            let why = format!("the webhook's secret in {place} is empty");
            return Err(Stop::Setup(why));
        }
        Ok(Secret { key, place })
    }

    /// The key, for the signature.
    pub(crate) fn expose(&self) -> &[u8] {
        &self.key
    }

    /// The place where it was found.
    pub fn place(&self) -> &str {
        &self.place
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may panic")]

    use std::ffi::OsString;
    use std::path::Path;

    use super::*;

    fn find_in(given: Option<&Path>, variable: Option<OsString>) -> Result<Option<Secret>, Stop> {
        Secret::found(SOUGHT.find_in(given, variable, None)?)
    }

    fn found(variable: &str) -> Result<Option<Vec<u8>>, String> {
        let secret = find_in(None, Some(variable.into()));
        secret
            .map(|secret| secret.map(|secret| secret.key))
            .map_err(|stop| stop.to_string())
    }

    #[test]
    fn it_is_base64_after_its_mark_or_the_text_itself() {
        assert_eq!(found("whsec_c2VjcmV0"), Ok(Some(b"secret".to_vec())));
        assert_eq!(found("c2VjcmV0\n"), Ok(Some(b"c2VjcmV0".to_vec())));
        assert_eq!(found(""), Ok(None));
        for wrong in ["whsec_!!", "whsec_", "two words", "é"] {
            let said = found(wrong).unwrap_err();
            assert!(said.starts_with("the webhook's secret in SFTP_"), "{said}");
            assert!(!said.contains("!!") && !said.contains("words"), "{said}");
        }
    }

    #[test]
    fn the_credential_comes_first_and_none_is_no_error() {
        let given = tempfile::tempdir().unwrap();
        assert!(find_in(Some(given.path()), None).unwrap().is_none());
        std::fs::write(given.path().join("webhook-secret"), "first\n").unwrap();
        let secret = find_in(Some(given.path()), Some("second".into()));
        let secret = secret.unwrap().unwrap();
        assert_eq!(secret.expose(), b"first");
        assert!(!format!("{secret:?} {secret:#?}").contains("first"));
    }
}
