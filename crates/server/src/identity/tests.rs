use coffer_core::Kind;
use jiff::SignedDuration;

use super::*;

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
    assert_eq!(issued.info.caller.roles, [Role::Admin]);
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
    let mut db = world.identity.catalog().reader().await.unwrap();
    let now = world.clock.now_ms();
    assert!(
        rows::token(&mut db, &issued.token, now)
            .await
            .unwrap()
            .is_none()
    );
    assert!(
        rows::token(&mut db, &hash_of(&issued.token), now)
            .await
            .unwrap()
            .is_some()
    );
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
    world
        .identity
        .grant(user.id, Role::Reader, ScopeId::Project(other.id))
        .await
        .unwrap();
    let issued = log_in(ScopeRef::Default).await.unwrap();
    assert_eq!(issued.info.caller.project_id(), Some(other.id));
    assert!(!issued.info.caller.domain_admin);
    assert!(issued.info.caller.read(&other.id.to_string()).is_ok());
    assert!(issued.info.caller.write(&other.id.to_string()).is_err());
    assert!(matches!(
        log_in(project("eu-de")).await,
        Err(LoginError::Refused)
    ));
    let seen = world.identity.projects_of(user.id).await.unwrap();
    assert_eq!(seen.len(), 1);
    // Taken back: the token is void at once.
    world
        .identity
        .revoke_grant(user.id, Role::Reader, ScopeId::Project(other.id))
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
