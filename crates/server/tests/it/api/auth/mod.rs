mod login;
mod me;
mod password;
mod sessions;
mod signup;
mod verify_email;

pub(crate) use verify_email::token_of;
