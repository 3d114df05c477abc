//! What keeps a partner out, now or soon: the faults of an account, and which of them a date of expiry is.

use chrono::NaiveDate;

use super::finding::Severity;
use crate::domain::expiry::{ExpiryDates, Near, near};

/// A fault that keeps a partner out, now or soon.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum AccountFault {
    Expired,
    PasswordExpired,
    PasswordToBeChanged,
    ExpiresSoon,
    PasswordExpiresSoon,
    CertificateExpired,
    CertificateExpiresSoon,
    NoShell,
    ShellRefuses,
}

impl AccountFault {
    /// The status, the sentence about the fault, and the command that fixes it for one account.
    pub(super) fn told(self) -> (Severity, &'static str, &'static str) {
        let (account, password) = ("chage --expiredate -1", "chage --maxdays -1");
        match self {
            AccountFault::Expired => (Severity::Problem, "the account has expired", account),
            AccountFault::PasswordExpired => (
                Severity::Problem,
                "the password has expired, and sshd refuses the key as well",
                password,
            ),
            AccountFault::PasswordToBeChanged => (
                Severity::Problem,
                "the password must be changed before sshd lets them log in",
                "chage --lastday \"$(date +%F)\"",
            ),
            AccountFault::ExpiresSoon => (
                Severity::Warning,
                "the account expires within 14 days",
                account,
            ),
            AccountFault::PasswordExpiresSoon => (
                Severity::Warning,
                "the password expires within 14 days",
                password,
            ),
            AccountFault::CertificateExpired => {
                (Severity::Warning, "the certificate has expired", "")
            }
            AccountFault::CertificateExpiresSoon => (
                Severity::Warning,
                "the certificate expires within 14 days",
                "",
            ),
            AccountFault::NoShell => (
                Severity::Problem,
                "the shell does not exist, so sshd does not let them log in",
                "usermod --shell /usr/sbin/nologin",
            ),
            AccountFault::ShellRefuses => (
                Severity::Problem,
                "the shell refuses to run it, or the program is not in the chroot",
                "",
            ),
        }
    }
}

/// The fault of a date that is past or near.
pub(super) fn fault(
    day: NaiveDate,
    today: NaiveDate,
    past: AccountFault,
    soon: AccountFault,
) -> Option<AccountFault> {
    match near(day, today)? {
        Near::Past => Some(past),
        Near::Very | Near::Soon => Some(soon),
    }
}

/// What has expired of an account, or expires within 14 days.
pub(super) fn expiring_soon(dates: ExpiryDates, today: NaiveDate) -> Vec<AccountFault> {
    let fault = |day: Option<NaiveDate>, past, soon| fault(day?, today, past, soon);
    let account = fault(
        dates.account,
        AccountFault::Expired,
        AccountFault::ExpiresSoon,
    );
    let password = match dates.to_be_changed {
        true => Some(AccountFault::PasswordToBeChanged),
        false => fault(
            dates.password,
            AccountFault::PasswordExpired,
            AccountFault::PasswordExpiresSoon,
        ),
    };
    account.into_iter().chain(password).collect()
}
