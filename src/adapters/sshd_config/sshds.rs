//! All sshds of the machine, and which of them let a partner in.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::{Effective, MatchAccount, PATH, Sshd, started};

/// The sshds of this machine, the usual one first. The list is never empty.
#[derive(Debug)]
pub struct Sshds(Vec<Sshd>);

impl Sshds {
    /// Opens the present sshds. Only root may ask them; for other users their files are read.
    pub fn open(root: bool) -> Sshds {
        let all = started::sshds().into_iter();
        Sshds(all.map(|started| Sshd::open(root, started)).collect())
    }

    /// Iterates over the sshds.
    pub fn iter(&self) -> impl Iterator<Item = &Sshd> {
        self.0.iter()
    }

    /// The configuration file of the sshd with this number.
    pub fn path(&self, number: usize) -> &Path {
        let sshd = self.0.get(number);
        sshd.map_or(Path::new(PATH), |sshd| sshd.started().path())
    }

    /// Their files, as far as they are known.
    pub fn files(&self) -> BTreeSet<PathBuf> {
        self.iter().flat_map(Sshd::files).collect()
    }

    /// The files that contain this keyword.
    pub fn files_with(&self, keyword: &str) -> Vec<PathBuf> {
        let all = self.iter().flat_map(|sshd| sshd.files_with(keyword));
        let all: BTreeSet<PathBuf> = all.collect();
        all.into_iter().collect()
    }

    /// Makes them read only the files from now on, because asking sshd takes too long.
    pub fn stop_asking(&mut self, why: &str) {
        self.0.iter_mut().for_each(|sshd| sshd.stop_asking(why));
    }

    /// The settings for this partner in each sshd that lets it in, with the number of that sshd; if none lets it in, of
    /// all sshds.
    pub fn effective(&mut self, partner: &MatchAccount<'_>) -> Vec<(usize, Effective)> {
        let all = self.0.iter_mut().map(|sshd| sshd.effective(partner));
        serving(all.collect(), partner)
    }
}

fn serving(all: Vec<Effective>, partner: &MatchAccount<'_>) -> Vec<(usize, Effective)> {
    let serves = |one: &Effective| one.admission.refuses(partner).is_none();
    let none = !all.iter().any(serves);
    let all = all.into_iter().enumerate();
    all.filter(|(_, one)| none || serves(one)).collect()
}

#[cfg(test)]
mod tests {
    use super::super::effective::of_printed;
    use super::*;

    #[test]
    fn a_partner_is_served_by_each_sshd_that_lets_it_in() {
        let groups = ["sftp-feeds".to_owned()];
        let served = |printed: &[&str]| -> Vec<usize> {
            let all = printed.iter().map(|printed| of_printed(printed, None));
            let partner = MatchAccount {
                name: "alice",
                groups: Some(&groups),
            };
            let served = serving(all.collect(), &partner).into_iter();
            served.map(|(number, _)| number).collect()
        };
        let (admins, anybody) = ("allowgroups admins\n", "port 2222\n");
        assert_eq!(served(&[anybody, anybody]), [0, 1]);
        assert_eq!(served(&[admins, anybody]), [1]);
        assert_eq!(served(&[admins, admins]), [0, 1]);
    }
}
