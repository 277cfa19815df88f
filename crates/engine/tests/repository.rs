//! The repository against a plain model: whatever was committed and not deleted restores to what
//! it was, through backups, deletions, reclaims, kills and store faults, all from a seed.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::sync::Arc;

use coffer_core::Kind;
use coffer_core::format::name;
use coffer_core::format::pack::BlobKind;
use coffer_core::ids::{BackupId, PackId};
use coffer_engine::pipeline::{
    Deleted, ReclaimOptions, Scope, delete_backup, reclaim, restore_disk, verify,
};
use coffer_engine::progress::Progress;
use coffer_engine::repository::{Begun, KeySource, Repository, Store, create_key_file};
use coffer_engine::testkit::MemoryTarget;
use support::{Model, Rng, Vaulted};
use tokio_util::sync::CancellationToken;

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
    model.reclaim().await;
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

/// A server with two backups of which the second one shares little with the first, which is
/// deleted.
async fn mostly_dead(seed: u64) -> (Model, BackupId) {
    let mut model = Model::small(seed).await;
    model.overwrite(100);
    model.back_up_full().await;
    let first = model.ids()[0];
    model.overwrite(75);
    model.back_up().await;
    model.delete(first).await;
    let second = model.ids()[0];
    (model, second)
}

#[tokio::test(start_paused = true)]
async fn a_pack_of_which_little_is_needed_is_compacted() {
    let (mut model, second) = mostly_dead(21).await;
    let reader = model.another().await;
    model.check_by(&reader, second).await;
    let planned = model
        .reclaim_with(ReclaimOptions {
            dry_run: true,
            ..ReclaimOptions::default()
        })
        .await
        .unwrap();
    assert_eq!(model.generations().await.1, 0, "a dry run writes nothing");
    let done = model.reclaim_with(ReclaimOptions::default()).await.unwrap();
    assert_eq!((planned.packs_compacted, done.packs_compacted), (1, 1));
    // 18 of 24 chunks of noise, and nodes.
    assert!(done.bytes_freed > 17 * 65_536, "{done:?}");
    let (packs, highest) = model.generations().await;
    assert!(packs.values().all(|count| *count == 1) && highest == 1);
    model.check_by(&reader, second).await;
    model.check_all().await;
    model.check_clean().await;
    let done = model.reclaim_with(ReclaimOptions::default()).await.unwrap();
    assert_eq!((done.packs_compacted, done.counted_anew), (0, None));
}

#[tokio::test(start_paused = true)]
async fn a_compaction_killed_at_any_request_loses_nothing_and_is_finished() {
    let mut kills = 0;
    for requests in 0.. {
        let (mut model, _) = mostly_dead(22).await;
        model.kill_in(requests);
        model
            .reclaim_with(ReclaimOptions {
                full: requests % 2 == 1,
                ..ReclaimOptions::default()
            })
            .await;
        if model.vaulted.faulty.lives() && requests % 2 == 1 {
            break;
        }
        kills += 1;
        model.revive().await;
        model.check_all().await;
        model.reclaim().await;
        let (packs, highest) = model.generations().await;
        assert!(packs.values().all(|count| *count == 1) && highest == 1);
        model.check_clean().await;
        model.check_all().await;
    }
    println!("killed at each of {kills} requests");
    assert!(kills > 30);
}

#[tokio::test(start_paused = true)]
async fn two_that_reclaim_at_once_do_no_harm() {
    for seed in 30..38 {
        let (mut model, second) = mostly_dead(seed).await;
        let (one, two) = (model.another().await, model.another().await);
        let cancel = tokio_util::sync::CancellationToken::new();
        let options = ReclaimOptions {
            full: seed % 2 == 1,
            ..ReclaimOptions::default()
        };
        let both = futures::future::join(
            coffer_engine::pipeline::reclaim(&one, options, &cancel),
            coffer_engine::pipeline::reclaim(&two, ReclaimOptions::default(), &cancel),
        );
        let (first, other) = both.await;
        first.unwrap();
        other.unwrap();
        model.check_by(&one, second).await;
        model.check_by(&two, second).await;
        model.check_clean().await;
        model.check_all().await;
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_goes_that_a_writer_may_refer_to() {
    let (mut model, second) = mostly_dead(23).await;
    let repository = model.another().await;
    let id = BackupId(uuid::Uuid::from_u128(77));
    let Begun::Session(session) = repository.begin_backup(id, &[second]).await.unwrap() else {
        panic!("it is new")
    };
    let waits = model.reclaim_with(ReclaimOptions::default()).await.unwrap();
    assert_eq!((waits.packs_waiting, waits.bytes_freed), (1, 0));
    let still = model.reclaim_with(ReclaimOptions::default()).await.unwrap();
    assert_eq!((still.packs_waiting, still.bytes_freed), (1, 0));
    let condemned = repository.condemned().await.unwrap();
    let (pack, blobs) = condemned.blobs.iter().next().unwrap();
    let at = |ordinal| coffer_core::map::Address {
        pack: *pack,
        ordinal,
        slot: 0,
    };
    assert!(
        blobs
            .iter()
            .all(|ordinal| condemned.is_condemned(at(*ordinal)))
    );
    assert!((0..24).any(|ordinal| !condemned.is_condemned(at(ordinal))));
    session.abandon().await.unwrap();
    let done = model.reclaim_with(ReclaimOptions::default()).await.unwrap();
    assert_eq!((done.packs_waiting, done.packs_compacted), (0, 1));
    model.check_clean().await;
    model.check_all().await;
}

#[tokio::test(start_paused = true)]
async fn what_is_counted_is_what_the_maps_refer_to() {
    for seed in 0..12 {
        let mut model = Model::small(200 + seed).await;
        for step in 0..30 {
            model.random_step().await;
            if step % 10 == 4 {
                model.resize().await;
            }
            if step % 6 == 5 {
                model.reclaim().await;
                model.check_counts().await;
            }
        }
        model.check_clean().await;
    }
}

#[tokio::test(start_paused = true)]
async fn lost_and_damaged_counts_are_made_anew() {
    let (mut model, _) = mostly_dead(24).await;
    model.reclaim().await;
    for folder in ["tally", "counts"] {
        for cut in [false, true] {
            let store = model.vaulted.store.clone();
            for object in store.list(folder).await.unwrap() {
                model.damage(&object.name, cut).await;
            }
            model.back_up().await;
            let report = model.reclaim_with(ReclaimOptions::default()).await.unwrap();
            assert!(report.counted_anew.is_some(), "{folder}");
            model.check_counts().await;
        }
    }
    model.check_clean().await;
    model.check_all().await;
}

#[tokio::test(start_paused = true)]
async fn counts_of_an_earlier_day_are_brought_up_to_date() {
    let (mut model, second) = mostly_dead(25).await;
    model.reclaim().await;
    let store = model.vaulted.store.clone();
    let mut kept = Vec::new();
    for folder in ["tally", "counts"] {
        for object in store.list(folder).await.unwrap() {
            let bytes = store.get(&object.name).await.unwrap().unwrap();
            kept.push((object.name, bytes));
        }
    }
    for _ in 0..3 {
        model.overwrite(60);
        model.back_up().await;
        model.reclaim().await;
    }
    for folder in ["tally", "counts"] {
        for object in store.list(folder).await.unwrap() {
            store.remove(&object.name).await.unwrap();
        }
    }
    // As a store does that was partly put back from a copy.
    for (name, bytes) in kept {
        store.create(&name, bytes).await.unwrap();
    }
    model.delete(second).await;
    model.reclaim().await;
    model.check_all().await;
    model.check_counts().await;
    model.check_clean().await;
}

#[tokio::test(start_paused = true)]
async fn a_backup_that_comes_back_under_its_name_is_kept() {
    for seed in [40, 41] {
        let mut model = Model::small(seed).await;
        model.overwrite(100);
        model.back_up_full().await;
        let id = model.ids()[0];
        if seed == 40 {
            model.reclaim().await;
        }
        model.delete(id).await;
        model.overwrite(100);
        model.back_up_again(id).await;
        let full = ReclaimOptions {
            full: true,
            ..ReclaimOptions::default()
        };
        for options in [ReclaimOptions::default(), full] {
            model.reclaim_with(options).await.unwrap();
            model.check_all().await;
        }
        model.check_counts().await;
        model.check_clean().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_damaged_log_loses_nothing_and_stops_nothing() {
    for (seed, cut, counted) in [
        (50, false, false),
        (51, true, false),
        (52, false, true),
        (53, true, true),
    ] {
        let mut model = Model::small(seed).await;
        model.overwrite(100);
        model.back_up_full().await;
        if counted {
            model.reclaim().await;
        }
        let first = model.ids()[0];
        model.overwrite(75);
        model.back_up().await;
        let log = model.vaulted.store.list("log").await.unwrap();
        let newest = log.into_iter().map(|object| object.name).max().unwrap();
        // What says that the second backup came.
        model.damage(&newest, cut).await;
        model.overwrite(10);
        model.back_up().await;
        model.delete(first).await;
        for _ in 0..2 {
            let report = model.reclaim_with(ReclaimOptions::default()).await.unwrap();
            println!("{report:?}");
            // Verify finds the log damaged.
            let reader = model.another().await;
            for id in model.ids() {
                model.check_by(&reader, id).await;
            }
        }
        let (packs, _) = model.generations().await;
        assert!(packs.len() <= 4, "{packs:?}");
        model.check_counts().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_manifest_that_was_away_for_a_while_is_counted_again() {
    let mut model = Model::small(60).await;
    model.overwrite(100);
    model.back_up_full().await;
    model.reclaim().await;
    model.overwrite(50);
    model.back_up().await;
    let store = model.vaulted.store.clone();
    let manifests = store.list("backup").await.unwrap();
    let mut kept = Vec::new();
    for object in manifests {
        let bytes = store.get(&object.name).await.unwrap().unwrap();
        store.remove(&object.name).await.unwrap();
        kept.push((object.name, bytes));
    }
    let away = ReclaimOptions {
        dry_run: true,
        ..ReclaimOptions::default()
    };
    model.reclaim_with(away).await.unwrap();
    for (name, bytes) in kept {
        store.create(&name, bytes).await.unwrap();
    }
    model.reclaim().await;
    model.check_all().await;
    model.check_counts().await;
    model.check_clean().await;
}

#[tokio::test(start_paused = true)]
async fn a_stalled_reclaim_leaves_a_backup_that_came_back_under_its_id() {
    let mut model = Model::small(31).await;
    model.back_up().await;
    let id = model.ids()[0];
    let others = model.another().await;
    // Held by a reader, its deletion is left to reclaim.
    let reading = others.begin_reading(&[id]).await.unwrap();
    let deleted = delete_backup(&others, id).await.unwrap();
    assert!(matches!(deleted, Deleted::Later { .. }), "{deleted:?}");
    reading.end().await.unwrap();
    // Reclaim begins, reads the manifest that is to go, and stalls.
    let store = model.vaulted.store.clone();
    let stalled = Repository::open(store, &model.vaulted.key).await.unwrap();
    let read = model.vaulted.faulty.hold_read(&name::backup(id, 0));
    let slow = tokio::spawn(async move {
        let cancel = CancellationToken::new();
        reclaim(&stalled, ReclaimOptions::default(), &cancel).await
    });
    read.reached().await;
    // Meanwhile others finish the deletion, and the backup is moved back to the vault.
    assert_eq!(delete_backup(&others, id).await.unwrap(), Deleted::Now);
    assert!(others.manifest(id).await.unwrap().is_none());
    model.forget(id);
    model.back_up_again(id).await;
    read.go_on();
    slow.await.unwrap().unwrap();
    assert!(others.manifest(id).await.unwrap().is_some(), "it came back");
    model.check_all().await;
    model.check_clean().await;
}

#[tokio::test(start_paused = true)]
async fn a_damaged_pack_is_told_and_goes_with_the_last_backup_that_needs_it() {
    let mut model = Model::small(32).await;
    model.overwrite(100);
    model.back_up().await;
    let (first, store) = (model.ids()[0], model.another().await);
    let (packs, _) = model.generations().await;
    model.overwrite(70);
    model.back_up().await;
    model.delete(first).await;
    // The disk rots: each chunk in the old packs has a wrong byte.
    for id in packs.into_keys() {
        let directory = store.newest_directory(id).await.unwrap().unwrap();
        let object = name::pack(id, directory.generation);
        let mut bytes = store.store.get(&object).await.unwrap().unwrap().to_vec();
        let chunks = directory.entries.iter();
        for entry in chunks.filter(|entry| entry.kind == BlobKind::Chunk) {
            bytes[entry.offset as usize + entry.stored_len as usize / 2] ^= 1;
        }
        store.store.remove(&object).await.unwrap();
        store.store.create(&object, bytes.into()).await.unwrap();
    }
    for _ in 0..2 {
        let report = model.reclaim_with(ReclaimOptions::default()).await.unwrap();
        // Nothing to come again for: it would be the same.
        let seen = (report.packs_damaged, report.packs_compacted, report.waits);
        assert_eq!(seen, (1, 0, false), "{report:?}");
    }
    let cancel = CancellationToken::new();
    let verified = verify(&store, Scope::Vault, &Progress::new(), &cancel).await;
    let verified = verified.unwrap();
    assert!(!verified.findings.is_empty() && !verified.losses.is_empty());
    for id in model.ids() {
        model.delete(id).await;
    }
    let report = model.reclaim_with(ReclaimOptions::default()).await.unwrap();
    assert_eq!(
        (report.packs_damaged, report.waits),
        (0, false),
        "{report:?}"
    );
    let left = store.store.list(name::CONDEMNATIONS).await.unwrap();
    assert!(left.is_empty(), "{left:?}");
    model.check_clean().await;
}

/// `tests/fixtures/vault-v1.txt` as a store, and its key in a file.
async fn released_vault(directory: &std::path::Path) -> (Store, KeySource) {
    let text = include_str!("fixtures/vault-v1.txt");
    let path = directory.join("key");
    create_key_file(&path).unwrap();
    let store = Vaulted::empty_store();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let (name, bytes) = line.split_once(' ').unwrap();
        let bytes = hex::decode(bytes).unwrap();
        match name {
            "key" => std::fs::write(&path, bytes).unwrap(),
            name => {
                store.create(name, bytes.into()).await.unwrap();
            }
        }
    }
    (store, KeySource::File(path))
}

#[tokio::test(start_paused = true)]
async fn a_vault_from_before_references_were_counted_is_reclaimed() {
    let directory = tempfile::tempdir().unwrap();
    let (store, key) = released_vault(directory.path()).await;
    let repository = Repository::open(store, &key).await.unwrap();
    let cancel = CancellationToken::new();
    let report = reclaim(&repository, ReclaimOptions::default(), &cancel).await;
    let report = report.unwrap();
    assert!(report.counted_anew.is_some());
    // Of the deleted backup's pack, 6 of 24 chunks are needed by the next one.
    assert_eq!((report.packs_removed, report.packs_compacted), (0, 1));
    assert_eq!((report.wrong_counts, report.log_repaired), (0, 0));
    let again = reclaim(&repository, ReclaimOptions::default(), &cancel).await;
    assert_eq!(again.unwrap().counted_anew, None);
    let verified = verify(&repository, Scope::Vault, &Progress::new(), &cancel).await;
    assert_eq!(verified.unwrap().findings, []);
    // Chunks are a byte repeated: what b2 holds, and b3 after two writes.
    let b2: Vec<u8> = (31..49).chain(19..25).collect();
    let mut b3 = b2.clone();
    (b3[0], b3[20]) = (61, 62);
    let survey = repository.survey().await.unwrap();
    for (manifest, words) in survey.backups.iter().zip([b2, b3]) {
        let disk = &manifest.disks[0];
        let target = MemoryTarget::zeroed(disk.size_bytes);
        let (to, progress) = (Arc::new(target.clone()), Progress::new());
        restore_disk(&repository, manifest, disk, to, None, &progress, &cancel)
            .await
            .unwrap();
        let expected: Vec<u8> = words.iter().flat_map(|word| [*word; 65_536]).collect();
        assert!(target.content() == expected, "{}", manifest.facts.name);
    }
    assert_eq!(survey.backups.len(), 2);
}
