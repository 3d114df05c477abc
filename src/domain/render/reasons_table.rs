//! The table of reasons: English as in a log, and French.

/// English and French. `{}` is copied as it is, `{?}` is a reason itself. The first entry that fits is used.
pub(super) const REASONS: &[(&str, &str)] = &[
    // sftp-server's answers (sftp-server.c, status_to_message).
    ("No such file", "fichier introuvable"),
    ("Permission denied", "permission refusée"),
    ("Failure", "échec non précisé par sftp-server"),
    ("Bad message", "message incorrect"),
    ("No connection", "pas de connexion"),
    ("Connection lost", "connexion perdue"),
    ("Operation unsupported", "opération non prise en charge"),
    ("Unknown error", "erreur inconnue"),
    // Reasons why sshd turns an address away (sshd.c, srclimit.c).
    (
        "past MaxStartups",
        "trop de connexions à la fois, limite MaxStartups",
    ),
    (
        "past Maxstartups",
        "trop de connexions à la fois, limite MaxStartups",
    ),
    (
        "Maxstartups",
        "trop de connexions à la fois, limite MaxStartups",
    ),
    (
        "penalty: failed authentication",
        "pénalité après des échecs de connexion",
    ),
    (
        "penalty: attempted authentication by invalid user",
        "pénalité après des essais de comptes inconnus",
    ),
    (
        "penalty: connections without attempting authentication",
        "pénalité après des connexions sans authentification",
    ),
    (
        "penalty: exceeded LoginGraceTime",
        "pénalité, délai LoginGraceTime dépassé",
    ),
    (
        "penalty: caused crash",
        "pénalité après un plantage de sshd",
    ),
    (
        "penalty: connection prohibited by RefuseConnection",
        "pénalité, connexion interdite par RefuseConnection",
    ),
    ("too many penalised addresses", "trop d'adresses pénalisées"),
    // Reasons why no sftp session followed a log-in (session.c).
    (
        "refusing non-sftp session",
        "session autre que sftp refusée",
    ),
    (
        "subsystem request for sftp by user {} failed, subsystem not found",
        "sous-système sftp absent de sa configuration",
    ),
    (
        "subsystem request for sftp by user {} failed, execution failed",
        "l'exécution de sftp-server a échoué",
    ),
    (
        "bad ownership or modes for chroot directory component \"{}\"",
        "le propriétaire ou les droits du répertoire parent « {} » ne conviennent pas",
    ),
    (
        "bad ownership or modes for chroot directory \"{}\"",
        "le propriétaire ou les droits du répertoire « {} » ne conviennent pas",
    ),
    (
        "chroot path does not begin at root",
        "son chemin ne part pas de la racine",
    ),
    ("chroot path too long", "son chemin est trop long"),
    (
        "chroot path \"{}\" is not a directory",
        "« {} » n'est pas un répertoire",
    ),
    (
        "chroot path component \"{}\" is not a directory",
        "« {} » n'est pas un répertoire",
    ),
    ("chroot(\"{}\"): {?}", "chroot de « {} » impossible, {?}"),
    ("stat(\"{}\"): {?}", "{} ne se laisse pas lire, {?}"),
    // The kernel's errors (strerror), also as the standard library prints them.
    ("{?} (os error {})", "{?}"),
    (
        "No such file or directory",
        "fichier ou répertoire introuvable",
    ),
    ("Operation not permitted", "opération interdite"),
    ("No space left on device", "plus de place sur le disque"),
    ("Disk quota exceeded", "quota de disque dépassé"),
    (
        "Read-only file system",
        "système de fichiers en lecture seule",
    ),
    ("Input/output error", "erreur d'entrée-sortie"),
    ("File too large", "fichier trop gros"),
    ("File exists", "le fichier existe déjà"),
    ("File name too long", "nom de fichier trop long"),
    ("Not a directory", "ce n'est pas un répertoire"),
    ("Is a directory", "c'est un répertoire"),
    ("Directory not empty", "répertoire non vide"),
    ("Too many open files", "trop de fichiers ouverts"),
    (
        "Too many levels of symbolic links",
        "trop de liens symboliques",
    ),
    ("Cannot allocate memory", "mémoire épuisée"),
    ("Device or resource busy", "ressource occupée"),
    ("Stale file handle", "partage réseau périmé"),
    ("Connection timed out", "délai de connexion dépassé"),
    ("Transport endpoint is not connected", "partage déconnecté"),
    // Reasons why files cannot be seen, with the fix.
    (
        "no account that can be listed: name it in partners.users, then {}",
        "comptes absents des listes, à nommer dans partners.users, puis : {}",
    ),
    ("{?}: sudo {}", "{?} — sudo {}"),
    ("{} is no socket", "{} n'est pas un socket"),
    ("{} is no socket: {}", "{} n'est pas un socket — {}"),
    ("{} is not there", "{} n'existe pas"),
    ("{} is not there: {}", "{} n'existe pas — {}"),
    (
        "{} is no directory: a directory must stand there",
        "{} n'est pas un répertoire",
    ),
    (
        "{} is a symbolic link that does not lead to journald's socket: {}",
        "{} est un lien symbolique qui ne mène pas au socket de journald — {}",
    ),
    (
        "{} is a symbolic link: write the path that it leads to into sshd's configuration",
        "{} est un lien symbolique — à remplacer par sa destination dans la configuration de sshd",
    ),
    ("{} is a directory: {}", "{} est un répertoire — {}"),
    (
        "{} is the machine's own /dev: bind /run/systemd/journal to the same path in the chroot",
        "{} est le /dev de la machine — monter /run/systemd/journal au même endroit dans le chroot",
    ),
    (
        "{} does not lead to journald's socket though it was bound there: run it again",
        "{} ne mène pas au socket de journald malgré le montage — à relancer",
    ),
    (
        "{} is mounted over too often: umount {} until nothing is mounted there",
        "{} porte trop de montages — umount {} tant qu'il en reste",
    ),
    (
        "{} holds `..`: write the path without it",
        "{} contient « .. » — écrire le chemin sans",
    ),
    (
        "{} belongs to uid {}, not to root: {}",
        "{} appartient à l'uid {} et non à root — {}",
    ),
    (
        "{} is writable by others than root (mode {}): {}",
        "{} est ouvert en écriture à d'autres que root, mode {} — {}",
    ),
    (
        "{} cannot be opened: {?}",
        "{} ne peut pas être ouvert : {?}",
    ),
    ("{} cannot be made: {?}", "{} ne peut pas être créé : {?}"),
    (
        "{} cannot be looked at: {?}",
        "{} ne peut pas être examiné : {?}",
    ),
    (
        "{} cannot be unmounted: {?}",
        "{} ne peut pas être démonté : {?}",
    ),
    (
        "{} cannot be mounted over: {?}",
        "rien ne peut être monté sur {} : {?}",
    ),
    (
        "{?}: mount its file system read-write",
        "{?} — remonter son système de fichiers en écriture",
    ),
    (
        "{?}: run this as root, with its capabilities",
        "{?} — à lancer en root, avec ses capacités",
    ),
    (
        "{?}: `ls -ld` shows what stands there",
        "{?} — ls -ld montre ce qui s'y trouve",
    ),
    // Reasons why log entries are missing.
    (
        "the entry that was read last is no longer in the journal",
        "la dernière entrée lue n'est plus dans le journal",
    ),
    (
        "{}: what followed the last line that was read is gone: truncated, or rotated and deleted",
        "{} : la suite de la dernière ligne lue a disparu, tronquée ou supprimée après rotation",
    ),
    (
        "{}: a rotated log is {?}",
        "{} : un journal archivé est illisible, {?}",
    ),
    // Reasons why the state cannot be written, and why it is unknown who is a partner.
    ("{?}; free some space there", "{?} — libérer de la place"),
    (
        "{?}; raise the quota of its owner, or free some space",
        "{?} — relever le quota de son propriétaire, ou libérer de la place",
    ),
    (
        "{?}; mount its file system read-write",
        "{?} — remonter son système de fichiers en écriture",
    ),
    (
        "{?}; the kernel's log says what its disk has (`dmesg`)",
        "{?} — dmesg dit ce qu'a le disque",
    ),
    (
        "{?}; give it to the user that the service runs as (`ls -ld` shows whose it is)",
        "{?} — à donner à l'utilisateur du service, ls -ld montre à qui il est",
    ),
    (
        "{?}; the directory was removed: create it again for its owner",
        "{?} — répertoire supprimé, à recréer pour son propriétaire",
    ),
    ("opening {}: {?}", "ouverture de {} : {?}"),
    ("reading {}: {?}", "lecture de {} : {?}"),
    ("writing {}: {?}", "écriture de {} : {?}"),
    ("renaming {}: {?}", "renommage de {} : {?}"),
    ("locking {}: {?}", "verrouillage de {} : {?}"),
    (
        "another process has held {} for {} s: `fuser {}` shows which",
        "un autre processus tient {} depuis {} s — fuser {} montre lequel",
    ),
    (
        "events wait until it says who is a partner",
        "des événements attendent sa réponse",
    ),
    // Results of a unit (systemd.exec(5), SERVICE_RESULT).
    ("exit-code {}", "code de sortie {}"),
    ("signal {}", "signal {}"),
    ("core-dump {}", "plantage, signal {}"),
    ("watchdog {}", "chien de garde, signal {}"),
    ("watchdog", "chien de garde"),
    ("timeout {}", "délai dépassé, {}"),
    ("timeout", "délai dépassé"),
    ("oom-kill {}", "mémoire épuisée, {}"),
    ("oom-kill", "mémoire épuisée"),
    ("start-limit-hit", "trop de démarrages"),
    ("resources", "ressources insuffisantes"),
    ("protocol", "démarrage non signalé à systemd"),
    // Any trouble with a file.
    ("/{}: {?}", "/{} : {?}"),
];
