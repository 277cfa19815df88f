//! The repository against a plain model: whatever was committed and not deleted restores to what
//! it was, through backups, deletions, reclaims, kills and store faults, all from a seed.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use coffer_core::Kind;
use coffer_core::ids::{BackupId, PackId};
use support::{Model, Rng, Vaulted};

#[tokio::test(start_paused = true)]
async fn backups_restore_after_each_other_and_after_deletions() {
    let mut model = Model::new(1).await;
    for step in 0..60 {
        model.random_step().await;
        if step % 10 == 9 {
            model.check_all().await;
        }
    }
    model.check_all().await;
    model.check_clean().await;
}

#[tokio::test(start_paused = true)]
async fn resizes_up_and_down_keep_what_is_common() {
    for seed in 0..6 {
        let mut model = Model::new(100 + seed).await;
        for _ in 0..12 {
            model.resize().await;
            model.back_up().await;
        }
        model.check_all().await;
        model.check_clean().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_killed_writer_loses_nothing_and_its_successor_goes_on() {
    let rounds = if coffer_engine::testkit::long_runs() {
        2000
    } else {
        150
    };
    let mut rng = Rng(77);
    let mut model = Model::new(7).await;
    for round in 0..rounds {
        model.kill_in(1 + rng.below(40));
        for _ in 0..1 + rng.below(3) {
            model.random_step().await;
        }
        model.revive().await;
        if round % 10 == 9 {
            model.check_all().await;
            model.check_clean().await;
        }
    }
    println!(
        "{rounds} kills, {} of them hit work under way",
        model.kills_that_hit
    );
    assert!(
        model.kills_that_hit * 2 > rounds,
        "kills must hit work under way"
    );
}

#[tokio::test(start_paused = true)]
async fn store_faults_are_survived() {
    for seed in 0..20 {
        let mut model = Model::faulty(1000 + seed).await;
        for _ in 0..12 {
            model.random_step().await;
        }
        model.revive().await;
        model.check_all().await;
        model.check_clean().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_full_backup_shares_nothing() {
    let mut model = Model::new(3).await;
    model.back_up().await;
    model.back_up_full().await;
    let backups = model.vaulted.repository.survey().await.unwrap().backups;
    for disk in &backups[1].disks {
        // The last chunk of a disk may be short.
        let least = disk.allocated_bytes.saturating_sub(65_535);
        assert!(
            (least..=disk.allocated_bytes).contains(&(disk.new_bytes + disk.deduplicated_bytes)),
            "{}",
            disk.name
        );
    }
    let packs = support::packs_of(&model.vaulted.repository, &backups[1]).await;
    let own = |pack: &PackId| pack.session() == backups[1].session;
    assert!(packs.iter().all(own), "it shares with itself alone");
    model.delete(backups[0].backup_id).await;
    model.check_all().await;
}

#[tokio::test(start_paused = true)]
async fn wrong_keys_and_foreign_places_are_refused() {
    let model = Model::new(4).await;
    let store = model.vaulted.store.clone();
    let other = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(other.path(), [9; 32]).unwrap();
    let open = |source| coffer_engine::repository::Repository::open(store.clone(), source);
    let wrong = coffer_engine::repository::KeySource::File(other.path().into());
    let error = open(&wrong).await.expect_err("another key");
    assert_eq!(
        (error.kind, error.hint.is_some()),
        (Kind::Invalid, true),
        "{error}"
    );
    std::fs::write(other.path(), [9; 31]).unwrap();
    assert_eq!(
        open(&wrong).await.expect_err("a short key").kind,
        Kind::Invalid
    );

    let empty = Vaulted::empty_store();
    let error = coffer_engine::repository::Repository::open(empty, &model.vaulted.key)
        .await
        .expect_err("nothing there");
    assert_eq!(error.kind, Kind::NotFound);
    let options = coffer_engine::repository::InitOptions::new(model.vaulted.vault_id);
    let error =
        coffer_engine::repository::Repository::init(store.clone(), &options, &model.vaulted.key)
            .await
            .expect_err("there is one");
    assert_eq!(error.kind, Kind::Conflict);
}

#[tokio::test(start_paused = true)]
async fn every_flipped_byte_is_found_and_none_is_returned_as_data() {
    let mut model = Model::new(11).await;
    for _ in 0..4 {
        model.back_up().await;
    }
    let found = model.flip_sample(1000).await;
    println!("{found} flips, all found");
}

#[tokio::test(start_paused = true)]
async fn a_missing_object_is_found() {
    let mut model = Model::new(12).await;
    for _ in 0..3 {
        model.back_up().await;
    }
    model.remove_each_object().await;
}

#[tokio::test(start_paused = true)]
async fn a_backup_that_is_read_goes_when_the_reader_ends() {
    let mut model = Model::new(13).await;
    model.back_up().await;
    let id: BackupId = model.ids()[0];
    let repository = model.vaulted.repository.clone();
    let reader = repository.begin_reading(&[id]).await.unwrap();
    let deleted = coffer_engine::pipeline::delete_backup(&repository, id)
        .await
        .unwrap();
    assert!(matches!(
        deleted,
        coffer_engine::pipeline::Deleted::Later { .. }
    ));
    let second = repository
        .begin_reading(&[id])
        .await
        .err()
        .expect("it is condemned");
    assert_eq!(second.kind, Kind::NotFound);
    model.reclaim().await;
    let manifest = repository.manifest(id).await.unwrap().expect("still held");
    model.check_manifest(&manifest).await;
    reader.end().await.unwrap();
    model.reclaim().await;
    assert_eq!(repository.manifest(id).await.unwrap(), None);
    model.forget(id);
    model.check_clean().await;
}

#[tokio::test(start_paused = true)]
async fn a_deletion_killed_at_any_request_leaves_nothing_behind() {
    let mut kills = 0;
    for requests in 0.. {
        let mut model = Model::new(14).await;
        model.back_up().await;
        model.back_up().await;
        let id = model.ids()[0];
        model.kill_in(requests);
        model.delete(id).await;
        model.reclaim().await;
        if model.vaulted.faulty.lives() {
            break;
        }
        kills += 1;
        model.revive().await;
        model.check_clean().await;
        model.check_all().await;
    }
    println!("killed at each of {kills} requests");
    assert!(kills > 20);
}
