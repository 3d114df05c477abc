//! What clients do with files: each kind of client in its way, and what goes wrong.

use super::effect::Effect;
use super::partner::Script;

impl Script<'_> {
    /// A path that was not used before.
    fn path(&mut self) -> String {
        self.world.file += 1;
        let file = self.world.file;
        match file % 5 {
            0 => format!("/upload/catalogue-produits-{file:08}.xml"),
            1 => format!("/upload/stock/stock_2026_{file}.csv"),
            2 => format!("/upload/commandes/ORDERS_{file:07}_FR.edi"),
            3 => format!("/upload/Relev\\303\\251 {file}.pdf"),
            _ => format!("/in/feed-{file}.json.gz"),
        }
    }

    fn upload(&mut self, path: &str, mode: &str, bytes: u64) {
        self.sftp(
            false,
            Effect::Nothing,
            format!("open \"{path}\" flags WRITE,CREATE,TRUNCATE mode {mode}"),
        );
        self.sftp(
            false,
            Effect::Upload(self.n),
            format!("close \"{path}\" bytes read 0 written {bytes}"),
        );
    }

    /// WinSCP: under another name first.
    pub(super) fn winscp(&mut self) {
        let (path, bytes) = (self.path(), self.world.chance.between(100_000, 900_000_000));
        self.upload(&format!("{path}.filepart"), "0666", bytes);
        self.sftp(
            true,
            Effect::Nothing,
            format!("posix-rename old \"{path}.filepart\" new \"{path}\""),
        );
        self.sftp(
            true,
            Effect::Nothing,
            format!("set \"{path}\" modtime 20260330-04:00:00"),
        );
    }

    /// `put` of OpenSSH's sftp, and of most scripts.
    pub(super) fn put(&mut self) {
        let (path, bytes) = (self.path(), self.world.chance.between(1, 5_000_000));
        self.sftp(
            false,
            Effect::Nothing,
            "sent status No such file".to_owned(),
        );
        self.upload(&path, "0644", bytes);
    }

    /// The rest of an upload that broke off before.
    pub(super) fn resumed(&mut self) {
        let (path, bytes) = (self.path(), self.world.chance.between(1, 90_000_000));
        self.sftp(
            false,
            Effect::Nothing,
            format!("open \"{path}\" flags WRITE,CREATE mode 0644"),
        );
        self.sftp(
            false,
            Effect::Upload(self.n),
            format!("close \"{path}\" bytes read 0 written {bytes}"),
        );
    }

    pub(super) fn download(&mut self) {
        let (path, bytes) = (self.path(), self.world.chance.between(1, 90_000_000));
        self.sftp(
            false,
            Effect::Nothing,
            format!("open \"{path}\" flags READ mode 0666"),
        );
        self.sftp(
            false,
            Effect::Download(self.n),
            format!("close \"{path}\" bytes read {bytes} written 0"),
        );
    }

    /// Looks for new files, and finds none.
    pub(super) fn list(&mut self) {
        self.sftp(false, Effect::Nothing, "opendir \"/upload/\"".to_owned());
        self.sftp(true, Effect::Nothing, "closedir \"/upload/\"".to_owned());
    }

    pub(super) fn tidy(&mut self) {
        let path = self.path();
        self.sftp(false, Effect::Nothing, format!("remove name \"{path}\""));
        self.sftp(
            false,
            Effect::Nothing,
            format!("mkdir name \"{path}.d\" mode 0755"),
        );
    }

    /// May not write there.
    pub(super) fn refused(&mut self) {
        let path = self.path();
        self.sftp(
            false,
            Effect::Nothing,
            format!("open \"/root{path}\" flags WRITE,CREATE,TRUNCATE mode 0644"),
        );
        self.sftp(
            true,
            Effect::WriteRefused(self.n),
            "sent status Permission denied".to_owned(),
        );
    }

    /// The disk is full.
    pub(super) fn disk_full(&mut self) {
        let path = self.path();
        self.sftp(
            false,
            Effect::Nothing,
            format!("open \"{path}\" flags WRITE,CREATE,TRUNCATE mode 0644"),
        );
        self.sftp(
            false,
            Effect::Nothing,
            format!("error: process_write: write \"{path}\": No space left on device"),
        );
        self.sftp(true, Effect::Nothing, "sent status Failure".to_owned());
        self.sftp(
            true,
            Effect::UploadFailed(self.n),
            format!("close \"{path}\" bytes read 0 written 32768"),
        );
    }

    /// Two files at the same time.
    pub(super) fn parallel(&mut self) {
        let (one, two) = (self.path(), self.path());
        for path in [&one, &two] {
            self.sftp(
                false,
                Effect::Nothing,
                format!("open \"{path}\" flags WRITE,CREATE,TRUNCATE mode 0644"),
            );
        }
        for path in [&one, &two] {
            let bytes = self.world.chance.between(1, 5_000_000);
            self.sftp(
                false,
                Effect::Upload(self.n),
                format!("close \"{path}\" bytes read 0 written {bytes}"),
            );
        }
    }

    /// The connection breaks in the middle of a file.
    pub(super) fn broken(&mut self) {
        let path = self.path();
        let bytes = self.world.chance.between(1, 5_000_000);
        if self.world.chance.percent(80) {
            self.sftp(
                false,
                Effect::Nothing,
                format!("open \"{path}\" flags WRITE,CREATE,TRUNCATE mode 0644"),
            );
            let closed = format!("forced close \"{path}\" bytes read 0 written {bytes}");
            self.sftp(false, Effect::UploadInterrupted(self.n), closed);
        } else {
            self.sftp(
                false,
                Effect::Nothing,
                format!("open \"{path}\" flags READ mode 0666"),
            );
            let closed = format!("forced close \"{path}\" bytes read {bytes} written 0");
            self.sftp(false, Effect::DownloadInterrupted(self.n), closed);
        }
    }
}
