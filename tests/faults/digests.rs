//! Many digests at once, and digests in a loop while the daemon counts.

use std::time::Duration;

use crate::support::program::World;

fn login(world: &World, number: u64) {
    world.write(&format!(
        "sshd[{number}]: Accepted password for alice from 192.0.2.7 port 5000 ssh2"
    ));
}

#[test]
fn ten_digests_at_once_post_one_table() {
    let world = World::new();
    let daemon = world.daemon();
    login(&world, 1);
    world.state(|state| state["partners"]["alice"]["success"] == 1);
    let digests: Vec<_> = (0..10)
        .map(|_| world.command(&["digest", "--yes"]).spawn().unwrap())
        .collect();
    for mut digest in digests {
        let status = digest.wait().unwrap();
        assert!(status.success(), "{status}");
    }
    let texts = world.slack.texts();
    let tables = texts.iter().filter(|text| text.contains("Activité SFTP"));
    assert_eq!(tables.count(), 1, "{texts:#?}");
    daemon.stop();
}

#[test]
fn digests_in_a_loop_beside_a_daemon_that_counts_lose_and_repeat_nothing() {
    let world = World::new();
    let daemon = world.daemon();
    daemon.listen();
    let mut written = 0;
    for _ in 0..20 {
        for _ in 0..250 {
            written += 1;
            login(&world, written);
        }
        let output = world.run(&["digest", "--yes"]);
        assert!(output.status.success(), "{output:?}");
        std::thread::sleep(Duration::from_millis(50));
    }
    world.state(|state| {
        let open = state["partners"]["alice"]["success"].as_u64().unwrap_or(0);
        open + world.logins_in_tables() == written
    });
    daemon.stop();
}
