use coffer_core::Kind;
use jiff::SignedDuration;

use super::log_in::network_of;
use super::*;
use crate::catalog::access::Principal;
use crate::catalog::identity::ScopeId;

struct World {
    _dir: tempfile::TempDir,
    config: Config,
    clock: Clock,
    identity: Identity,
    password: String,
}

const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);
const THERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));

async fn world() -> World {
    let dir = tempfile::tempdir().unwrap();
    let text = format!("data_dir = '{}'\nregion = 'eu-de'", dir.path().display());
    let config = Config::parse(&text).unwrap();
    let catalog = Catalog::open(&config.catalog_url()).await.unwrap();
    let done = bootstrap::bootstrap_if_empty(&catalog, &config)
        .await
        .unwrap()
        .unwrap();
    let file = done.password_file.unwrap();
    let password = std::fs::read_to_string(file).unwrap().trim().to_owned();
    let clock = Clock::new();
    let identity = Identity::open(catalog, clock.clone(), &config).unwrap();
    World {
        _dir: dir,
        config,
        clock,
        identity,
        password,
    }
}

fn named(name: &str) -> UserRef {
    let domain = DomainRef {
        id: None,
        name: Some("Default".to_owned()),
    };
    UserRef {
        id: None,
        name: Some(name.to_owned()),
        domain,
    }
}

fn project(name: &str) -> ScopeRef {
    ScopeRef::Project {
        id: None,
        name: Some(name.to_owned()),
        domain: DomainRef::default(),
    }
}

impl World {
    async fn log_in(&self, password: &str, address: IpAddr) -> Result<Issued, LoginError> {
        self.identity
            .log_in(&named("admin"), password, &project("eu-de"), address)
            .await
    }
}

#[tokio::test]
async fn a_token_lasts_a_day_and_no_longer() {
    let world = world().await;
    let issued = world.log_in(&world.password, HERE).await.unwrap();
    assert_eq!(issued.info.caller.power.roles, [Role::Admin]);
    let info = world.identity.token(&issued.token).await.unwrap().unwrap();
    assert!(matches!(&info.caller.scope, Scope::Project { name, .. } if name == "eu-de"));
    assert_eq!(info.methods, ["password"]);
    world
        .clock
        .advance(SignedDuration::from_hours(24) - SignedDuration::from_secs(60));
    assert!(world.identity.token(&issued.token).await.unwrap().is_some());
    world.clock.advance(SignedDuration::from_secs(61));
    assert!(world.identity.token(&issued.token).await.unwrap().is_none());
}

#[tokio::test]
async fn the_catalog_knows_no_token() {
    let world = world().await;
    let issued = world.log_in(&world.password, HERE).await.unwrap();
    let now = world.clock.now();
    let mut db = world.identity.catalog().reader().await.unwrap();
    for (key, known) in [
        (issued.token.clone(), false),
        (hash_of(&issued.token), true),
    ] {
        let standing = access::standing(&mut db, &Evidence::Token(key, now)).await;
        assert_eq!(standing.unwrap().is_some(), known);
    }
    drop(db);
    world.identity.revoke(&issued.token).await.unwrap();
    assert!(world.identity.token(&issued.token).await.unwrap().is_none());
}

#[tokio::test]
async fn rescoping_does_not_lengthen() {
    let world = world().await;
    let first = world.log_in(&world.password, HERE).await.unwrap();
    world.clock.advance(SignedDuration::from_hours(1));
    let domain = ScopeRef::Domain(DomainRef {
        id: None,
        name: Some("Default".to_owned()),
    });
    let second = world.identity.rescope(&first.token, &domain).await.unwrap();
    assert_eq!(second.info.expires_at, first.info.expires_at);
    assert_eq!(second.info.methods, ["password", "token"]);
    assert!(matches!(second.info.caller.scope, Scope::Domain { .. }));
}

#[tokio::test]
async fn wrong_passwords_lock_this_user_at_this_address_for_a_while() {
    let world = world().await;
    for _ in 0..5 {
        let refused = world.log_in("wrong", HERE).await;
        assert!(matches!(refused, Err(LoginError::Refused)));
    }
    let locked = world.log_in(&world.password, HERE).await;
    assert!(
        matches!(locked, Err(LoginError::Locked { seconds: 1..=301 })),
        "{locked:?}"
    );
    world.log_in(&world.password, THERE).await.unwrap();
    world.clock.advance(SignedDuration::from_secs(301));
    world.log_in(&world.password, HERE).await.unwrap();
}

#[tokio::test]
async fn unknown_users_are_locked_like_known_ones() {
    let world = world().await;
    for _ in 0..5 {
        let refused = world
            .identity
            .log_in(&named("nobody"), "x", &ScopeRef::Default, HERE)
            .await;
        assert!(matches!(refused, Err(LoginError::Refused)));
    }
    let locked = world
        .identity
        .log_in(&named("nobody"), "x", &ScopeRef::Default, HERE)
        .await;
    assert!(matches!(locked, Err(LoginError::Locked { .. })));
}

#[tokio::test]
async fn a_success_forgets_failures() {
    let world = world().await;
    for _ in 0..3 {
        for _ in 0..4 {
            world.log_in("wrong", HERE).await.unwrap_err();
        }
        world.log_in(&world.password, HERE).await.unwrap();
    }
}

#[tokio::test]
async fn users_see_only_projects_they_have_a_role_in() {
    let world = world().await;
    let admin = world
        .log_in(&world.password, HERE)
        .await
        .unwrap()
        .info
        .caller;
    let domain = admin.user_domain_id;
    let other = world
        .identity
        .create_project(domain, "other", "")
        .await
        .unwrap();
    let new = NewUser {
        domain_id: domain,
        name: "u".to_owned(),
        description: String::new(),
        password: Some("password".to_owned()),
        must_change: false,
        default_project_id: Some(other.id),
    };
    let user = world.identity.create_user(new.clone()).await.unwrap();
    assert_eq!(
        world.identity.create_user(new).await.unwrap_err().kind,
        Kind::Conflict
    );
    let log_in = |scope: ScopeRef| {
        let identity = world.identity.clone();
        async move { identity.log_in(&named("u"), "password", &scope, HERE).await }
    };
    // Without a role: no project, an unscoped token.
    assert!(matches!(
        log_in(project("other")).await,
        Err(LoginError::Refused)
    ));
    let unscoped = log_in(ScopeRef::Default).await.unwrap();
    assert_eq!(unscoped.info.caller.scope, Scope::None);
    // With one: that project alone.
    let reader = world.identity.role(domain, "readonly").await.unwrap();
    let principal = Principal::User(user.id);
    world
        .identity
        .grant(&principal, &reader, ScopeId::Project(other.id))
        .await
        .unwrap();
    let issued = log_in(ScopeRef::Default).await.unwrap();
    assert_eq!(issued.info.caller.project_id(), Some(other.id));
    assert!(!issued.info.caller.is_domain_admin());
    assert!(issued.info.caller.read(&other.id.to_string()).is_ok());
    assert!(issued.info.caller.may("cbr:vaults:list"));
    assert!(!issued.info.caller.may("cbr:vaults:create"));
    assert!(matches!(
        log_in(project("eu-de")).await,
        Err(LoginError::Refused)
    ));
    let seen = world.identity.projects_of(user.id).await.unwrap();
    assert_eq!(seen.len(), 1);
    // Taken back: the token is void at once.
    world
        .identity
        .revoke_grant(&principal, &reader, ScopeId::Project(other.id))
        .await
        .unwrap();
    assert!(world.identity.token(&issued.token).await.unwrap().is_none());
    // Disabled: every token is.
    let mut user = user;
    user.enabled = false;
    world.identity.update_user(&user).await.unwrap();
    assert!(
        world
            .identity
            .token(&unscoped.token)
            .await
            .unwrap()
            .is_none()
    );
    assert!(matches!(
        log_in(ScopeRef::Default).await,
        Err(LoginError::Refused)
    ));
}

#[tokio::test]
async fn a_new_password_ends_all_tokens() {
    let world = world().await;
    let issued = world.log_in(&world.password, HERE).await.unwrap();
    let done = bootstrap(&world.config, None, Some("another password"))
        .await
        .unwrap();
    assert!(!done.created && done.password_file.is_none());
    assert!(world.identity.token(&issued.token).await.unwrap().is_none());
    assert!(world.log_in(&world.password, HERE).await.is_err());
    world.log_in("another password", HERE).await.unwrap();
}

#[tokio::test]
async fn users_are_found_by_id_and_domains_by_either() {
    let world = world().await;
    let caller = world
        .log_in(&world.password, HERE)
        .await
        .unwrap()
        .info
        .caller;
    let by_id = UserRef {
        id: Some(caller.user_id.to_string()),
        ..UserRef::default()
    };
    let domain = DomainRef {
        id: Some(caller.user_domain_id.to_string()),
        name: None,
    };
    let scope = ScopeRef::Project {
        id: None,
        name: Some("eu-de".to_owned()),
        domain: domain.clone(),
    };
    world
        .identity
        .log_in(&by_id, &world.password, &scope, HERE)
        .await
        .unwrap();
    let by_name = UserRef {
        domain,
        ..named("admin")
    };
    let scope = ScopeRef::Project {
        id: caller.project_id().map(|id| id.to_string()),
        name: None,
        domain: DomainRef::default(),
    };
    world
        .identity
        .log_in(&by_name, &world.password, &scope, HERE)
        .await
        .unwrap();
}

#[tokio::test]
async fn failures_of_one_address_lock_it_for_all_users_and_an_administrator_unlocks_a_user() {
    let world = world().await;
    let id = world
        .log_in(&world.password, HERE)
        .await
        .unwrap()
        .info
        .caller
        .user_id;
    for _ in 0..5 {
        world.log_in("wrong", HERE).await.unwrap_err();
    }
    assert_eq!(world.identity.lockouts(id).await.unwrap(), 1);
    assert_eq!(world.identity.unlock(id).await.unwrap(), 1);
    assert_eq!(world.identity.lockouts(id).await.unwrap(), 0);
    world.log_in(&world.password, HERE).await.unwrap();
    // Names that are none, one after the other: no user is locked, the address is.
    let guess = |n: u32| {
        let identity = world.identity.clone();
        async move {
            let user = named(&format!("nobody{n}"));
            identity.log_in(&user, "x", &ScopeRef::Default, HERE).await
        }
    };
    for n in 5..100 {
        assert!(matches!(guess(n).await, Err(LoginError::Refused)), "{n}");
    }
    assert!(matches!(guess(100).await, Err(LoginError::Locked { .. })));
    assert!(matches!(
        world.log_in(&world.password, HERE).await,
        Err(LoginError::Locked { .. })
    ));
    world.log_in(&world.password, THERE).await.unwrap();
}

#[tokio::test]
async fn guesses_sent_at_once_are_not_answered_beyond_the_limit() {
    let world = world().await;
    let guesses = (0..40).map(|n| {
        let (identity, right) = (world.identity.clone(), world.password.clone());
        // The right one is the last to be sent.
        let password = if n == 39 { right } else { format!("wrong{n}") };
        async move {
            identity
                .log_in(&named("admin"), &password, &ScopeRef::Default, HERE)
                .await
        }
    });
    let answers = futures::future::join_all(guesses).await;
    let refused = answers
        .iter()
        .filter(|a| matches!(a, Err(LoginError::Refused)))
        .count();
    let locked = answers
        .iter()
        .filter(|a| matches!(a, Err(LoginError::Locked { .. })))
        .count();
    assert!(
        refused < 20 && locked > 20,
        "{refused} refused, {locked} locked"
    );
    assert!(
        answers.last().unwrap().is_err(),
        "the right one came too late"
    );
}

#[tokio::test]
async fn networks_of_one_host_count_together() {
    let address = |text: &str| network_of(text.parse().unwrap());
    assert_eq!(address("2001:db8::1"), address("2001:db8::ffff:2"));
    assert_ne!(address("2001:db8::1"), address("2001:db8:0:1::1"));
    assert_eq!(address("::ffff:192.0.2.1"), address("192.0.2.1"));
    assert_ne!(address("192.0.2.1"), address("192.0.2.2"));
}

#[tokio::test]
async fn one_statement_tells_who_a_caller_is_and_groups_count() {
    let world = world().await;
    let admin = world
        .log_in(&world.password, HERE)
        .await
        .unwrap()
        .info
        .caller;
    let domain = admin.user_domain_id;
    let identity = &world.identity;
    let new = |name: &str| NewUser {
        domain_id: domain,
        name: name.to_owned(),
        description: String::new(),
        password: Some("password".to_owned()),
        must_change: false,
        default_project_id: admin.project_id(),
    };
    let user = identity.create_user(new("member")).await.unwrap();
    let group = identity.create_group(domain, "keepers", "").await.unwrap();
    let policy = coffer_core::access::Policy::of(&["cbr:vaults:get"], &["cbr:*:delete"]);
    let role = identity
        .create_role(domain, "watcher", "", &policy)
        .await
        .unwrap();
    let here = ScopeId::Project(admin.project_id().unwrap());
    let principal = Principal::Group(group.id.clone());
    identity.grant(&principal, &role, here).await.unwrap();
    let who = user_ref(&user);
    let log_in = || identity.log_in(&who, "password", &ScopeRef::Default, HERE);
    assert_eq!(
        log_in().await.unwrap().info.caller.scope,
        Scope::None,
        "not in the group yet"
    );
    identity.add_member(&group, user.id).await.unwrap();
    let caller = log_in().await.unwrap().info.caller;
    assert!(caller.may("cbr:vaults:get") && !caller.may("cbr:vaults:list"));
    assert_eq!(caller.role_names, [(role.id.clone(), "watcher".to_owned())]);
    // A role of its own comes on top; the group's denial bounds it.
    let own = identity.role(domain, "user").await.unwrap();
    identity
        .grant(&Principal::User(user.id), &own, here)
        .await
        .unwrap();
    let issued = log_in().await.unwrap();
    assert!(issued.info.caller.may("cbr:vaults:create"));
    assert!(!issued.info.caller.may("cbr:vaults:delete"));
    assert!(
        !issued.info.caller.may("iam:users:list"),
        "nothing on the domain"
    );
    // On the domain: in all its projects, and for what is about the domain.
    let all = identity.role(domain, "administrator").await.unwrap();
    identity
        .grant(&principal, &all, ScopeId::Domain(domain))
        .await
        .unwrap();
    let caller = identity.token(&issued.token).await.unwrap().unwrap().caller;
    assert!(caller.may("iam:users:list") && caller.may("iam:domains:create"));
    identity.remove_member(&group, user.id).await.unwrap();
    let caller = identity.token(&issued.token).await.unwrap().unwrap().caller;
    assert!(!caller.may("iam:users:list") && caller.may("cbr:vaults:delete"));
}

fn user_ref(user: &User) -> UserRef {
    UserRef {
        id: Some(user.id.to_string()),
        ..UserRef::default()
    }
}

#[tokio::test]
async fn passwords_are_remembered_and_grow_old() {
    let mut world = world().await;
    world.config.passwords.history = 3;
    world.config.passwords.max_age_days = 30;
    let catalog = world.identity.catalog().clone();
    world.identity = Identity::open(catalog, world.clock.clone(), &world.config).unwrap();
    let identity = &world.identity;
    let id = world
        .log_in(&world.password, HERE)
        .await
        .unwrap()
        .info
        .caller
        .user_id;
    for password in ["first one", "second one", "third one"] {
        world.clock.advance(SignedDuration::from_secs(1));
        identity.set_password(id, password, false).await.unwrap();
    }
    for used in ["first one", "second one", "third one"] {
        let refused = identity.set_password(id, used, false).await.unwrap_err();
        assert_eq!(refused.kind, Kind::Invalid, "{used}");
    }
    identity.set_password(id, "fourth one", true).await.unwrap();
    identity.set_password(id, "first one", false).await.unwrap();
    let issued = world.log_in("first one", HERE).await.unwrap();
    assert!(!issued.info.caller.must_change_password);
    assert!(issued.info.caller.password_expires_at.is_some());
    world.clock.advance(SignedDuration::from_hours(24 * 30));
    let issued = world.log_in("first one", HERE).await.unwrap();
    assert!(
        issued.info.caller.must_change_password,
        "thirty days are over"
    );
}

#[tokio::test]
async fn what_is_not_empty_is_not_deleted() {
    let world = world().await;
    let admin = world
        .log_in(&world.password, HERE)
        .await
        .unwrap()
        .info
        .caller;
    let identity = &world.identity;
    let domain = admin.user_domain_id;
    let first = identity
        .project(domain, admin.project_id().unwrap())
        .await
        .unwrap();
    assert_eq!(
        identity.delete_project(&first).await.unwrap_err().kind,
        Kind::Conflict
    );
    let other = identity.create_project(domain, "other", "").await.unwrap();
    let mut user = identity
        .create_user(NewUser {
            domain_id: domain,
            name: "u".to_owned(),
            description: String::new(),
            password: None,
            must_change: false,
            default_project_id: Some(other.id),
        })
        .await
        .unwrap();
    let refused = identity.delete_project(&other).await.unwrap_err();
    assert!(
        refused.message.contains("1 users whose default it is"),
        "{refused}"
    );
    user.default_project_id = None;
    identity.update_user(&user).await.unwrap();
    identity.delete_project(&other).await.unwrap();
    let new = NewDomain {
        name: "tenant".to_owned(),
        description: String::new(),
        administrator: "chief".to_owned(),
        password: "a good one".to_owned().into(),
    };
    let tenant = identity.create_domain(new).await.unwrap();
    assert!(identity.delete_domain(&tenant).await.is_err());
    let chief = UserRef {
        name: Some("chief".to_owned()),
        domain: DomainRef {
            id: Some(tenant.id.to_string()),
            name: None,
        },
        id: None,
    };
    let caller = identity
        .log_in(&chief, "a good one", &ScopeRef::Default, THERE)
        .await;
    let caller = caller.unwrap().info.caller;
    assert!(caller.must_change_password && caller.may("iam:users:create"));
    assert!(
        !caller.may("iam:domains:create"),
        "left to the first domain"
    );
}
