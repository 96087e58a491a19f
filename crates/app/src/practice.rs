//! Making a practice: one of one's own, or the sample.

use domain::Phi;
use domain::actor::Actor;
use domain::id::{PracticeId, TemplateId, UserId, WaitingRoomId};
use domain::practice::{Practice, Role, User, WaitingRoom};
use domain::refusal::Refusal;
use domain::template::{Section, Template};
use serde::Deserialize;
use store::{Reader, Stop, StoreFault, Tx};

use crate::api::start::{CreatePracticeRequest, PracticeView, RoomView, UserView};
use crate::failure::Failure;
use crate::password;
use crate::rounds::{Asked, Rounds};
use crate::token::TokenKey;

/// The name under which the key for join tokens lies in the store.
const TOKEN_KEY: &str = "join_token_key";

/// The templates that every practice starts with.
const TEMPLATES: [&str; 4] = [
    include_str!("../../../assets/templates/general.json"),
    include_str!("../../../assets/templates/acute-neurology.json"),
    include_str!("../../../assets/templates/eeg.json"),
    include_str!("../../../assets/templates/nursing.json"),
];

/// A template as it lies in `assets/templates`.
#[derive(Deserialize)]
pub(crate) struct TemplateFile {
    /// How the sample practice refers to it.
    pub key: String,
    name: String,
    sections: Vec<Section>,
}

/// The shipped templates, each with the key that assets refer to it by.
pub(crate) fn shipped_templates() -> Result<Vec<(String, Template)>, Failure> {
    TEMPLATES
        .iter()
        .map(|text| {
            let file: TemplateFile = serde_json::from_str(text).map_err(|error| {
                tracing::error!(error = %error, "a shipped template cannot be read");
                Failure::Bug
            })?;
            Ok((file.key, Template { id: TemplateId::new(), name: file.name, sections: file.sections }))
        })
        .collect()
}

impl Rounds {
    /// The practice, where one has been made.
    pub async fn practice(&self) -> Result<Option<Practice>, Failure> {
        self.look(only_practice).await
    }

    /// Starts a practice with one clinician, one waiting room and the shipped templates.
    pub async fn create_practice(&self, request: CreatePracticeRequest) -> Result<UserId, Failure> {
        let practice_name = named(&request.practice_name, "Please give the practice a name.")?;
        let user_name = named(&request.your_name, "Please give your name.")?;
        let room_name = named(&request.room_name, "Please give the waiting room a name.")?;
        if request.password.chars().count() < password::SHORTEST {
            return Err(Refusal::Invalid { why: "A password needs at least 10 characters." }.into());
        }
        let password_hash = hashed(request.password).await?;
        let templates = shipped_templates()?;
        let title = request.title.map(|title| title.trim().to_owned()).filter(|title| !title.is_empty());
        let user = User { id: UserId::new(), name: user_name, title, role: Role::Clinician, password_hash };
        let id = user.id;
        self.act(Actor::System, "practice.create", move |tx| {
            found(tx, practice_name, false)?;
            tx.put(None, &user)?;
            for (_, template) in &templates {
                tx.put(None, template)?;
            }
            let default_template = templates.first().map(|(_, template)| template.id);
            tx.put(
                None,
                &WaitingRoom {
                    id: WaitingRoomId::new(),
                    name: room_name,
                    slot_minutes: 20,
                    service_line: None,
                    default_template,
                },
            )?;
            Ok(())
        })
        .await?;
        Ok(id)
    }

    /// Everyone who can sign in, by name.
    pub async fn users(&self) -> Result<Vec<User>, Failure> {
        let mut users = self.look(|reader| reader.all::<User>()).await?;
        users.sort_by(|a, b| a.record.name.cmp(&b.record.name));
        Ok(users.into_iter().map(|user| user.record).collect())
    }

    /// The user, when the password is theirs. The sample practice asks for none.
    pub async fn sign_in(&self, id: UserId, password: Option<Phi<String>>) -> Result<User, Failure> {
        let (practice, user) = self.look(move |reader| Ok((only_practice(reader)?, reader.get::<User>(&id)?))).await?;
        let user = user.ok_or(Failure::WrongPassword)?.record;
        let free = practice.is_some_and(|practice| practice.sample);
        let password = password.unwrap_or_default();
        let checked = user.clone();
        let right = free
            || tokio::task::spawn_blocking(move || password::matches(&checked, &password))
                .await
                .map_err(|_| Failure::Bug)?;
        let word = if right { "session.signed_in" } else { "session.wrong_password" };
        let actor = if right { Actor::User(id) } else { Actor::System };
        self.act(actor, word, move |tx| Ok(tx.note_system(store::Kind::User, &id.to_string(), word)?)).await?;
        if right { Ok(user) } else { Err(Failure::WrongPassword) }
    }

    /// Journals that a user signed out.
    pub async fn signed_out(&self, asked: &Asked) -> Result<(), Failure> {
        let id = asked.by.id;
        let word = "session.signed_out";
        self.act(Actor::User(id), word, move |tx| Ok(tx.note_system(store::Kind::User, &id.to_string(), word)?)).await
    }

    pub(crate) async fn token_key(&self) -> Result<TokenKey, Failure> {
        let bytes = self.look(|reader| reader.secret(TOKEN_KEY)).await?;
        bytes.as_deref().and_then(TokenKey::from_bytes).ok_or(Refusal::NotFound { what: "practice" }.into())
    }
}

/// Writes the practice and its keys. A store holds one practice.
pub(crate) fn found(tx: &mut Tx<'_>, name: String, sample: bool) -> Result<(), Stop> {
    if only_practice(&tx.read())?.is_some() {
        return Err(Refusal::Invalid { why: "There is a practice on this computer already." }.into());
    }
    let created_at = tx.at();
    tx.put(None, &Practice { id: PracticeId::new(), name, sample, created_at })?;
    let key =
        store::StoreKey::random().map_err(|_| Refusal::Invalid { why: "This computer gives no random numbers." })?;
    tx.put_secret(TOKEN_KEY, key.expose())?;
    Ok(())
}

pub(crate) fn only_practice(reader: &Reader<'_>) -> Result<Option<Practice>, StoreFault> {
    Ok(reader.all::<Practice>()?.pop().map(|practice| practice.record))
}

pub(crate) async fn hashed(password: Phi<String>) -> Result<String, Failure> {
    tokio::task::spawn_blocking(move || password::hash(&password)).await.map_err(|_| Failure::Bug)?
}

fn named(text: &str, why: &'static str) -> Result<String, Refusal> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > 100 { Err(Refusal::Invalid { why }) } else { Ok(text.to_owned()) }
}

impl From<&Practice> for PracticeView {
    fn from(practice: &Practice) -> Self {
        Self { id: practice.id, name: practice.name.clone(), sample: practice.sample }
    }
}

impl From<&User> for UserView {
    fn from(user: &User) -> Self {
        Self {
            id: user.id,
            name: user.name.clone(),
            title: user.title.clone(),
            role: user.role,
            treats: user.role.treats(),
        }
    }
}

impl From<&WaitingRoom> for RoomView {
    fn from(room: &WaitingRoom) -> Self {
        Self {
            id: room.id,
            name: room.name.clone(),
            slot_minutes: room.slot_minutes,
            service_line: room.service_line.clone(),
        }
    }
}
