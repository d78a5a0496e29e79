//! `qrstudio admin`: accounts, keys, plans, credits and the blocklist, from a shell on the machine and beside a running server.

mod in_words;

use clap::{Args, Subcommand};
use qrstudio_server::admin::{Admin, AdminError};
use qrstudio_server::plans::PlanName;
use serde::Serialize;

use crate::config::{self, StoreFlags};
use crate::exit::{Failure, Outcome};
use crate::output;

const EXAMPLES: &str = "\
Examples:
  qrstudio admin create-user ada@example.com --plan pro
  qrstudio admin create-key ada@example.com --name 'print shop'
  qrstudio admin add-credits ada@example.com 100
  qrstudio admin block '*.phishing.example'

Works beside a running server, which sees every change within a second.";

const PATTERNS: &str = "\
Patterns:
  example.com                every URL on that host
  *.example.com              the same, and every host below it
  example.com/bad/*          every URL of that host that begins so
  https://example.com/bad    that URL alone";

/// Users, keys, plans, credits and the blocklist, also beside a running server
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, arg_required_else_help = true, disable_help_subcommand = true)]
pub(crate) struct Options {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Make a user with a workspace, a password and an API key, each shown once
    CreateUser {
        /// The address that the user signs in with
        #[arg(value_name = "E-MAIL")]
        email: String,
        /// The workspace's plan [default: what QR Studio is set to]
        #[arg(long)]
        plan: Option<Plan>,
        #[command(flatten)]
        common: Common,
    },
    /// Give a user a new password, shown once, and end every session of theirs
    ResetPassword {
        /// The address that the user signs in with
        #[arg(value_name = "E-MAIL")]
        email: String,
        #[command(flatten)]
        common: Common,
    },
    /// Make a further API key, shown once
    CreateKey {
        /// The owner of the workspace that the key is for
        #[arg(value_name = "E-MAIL")]
        email: String,
        /// What the key is called
        #[arg(long, default_value = "made by admin")]
        name: String,
        /// Hold the key to the caps of a plan below the workspace's
        #[arg(long)]
        plan: Option<Plan>,
        #[command(flatten)]
        common: Common,
    },
    /// Revoke an API key, at once and for good
    RevokeKey {
        /// The first 12 characters of the key, as `list` shows them, or the whole key
        #[arg(value_name = "PREFIX")]
        prefix: String,
        #[command(flatten)]
        common: Common,
    },
    /// Put a workspace on a plan, with the plan's own quota
    SetPlan {
        /// The owner of the workspace
        #[arg(value_name = "E-MAIL")]
        email: String,
        /// The plan
        plan: Plan,
        #[command(flatten)]
        common: Common,
    },
    /// Give a workspace a monthly quota of its own in the place of its plan's
    SetQuota {
        /// The owner of the workspace
        #[arg(value_name = "E-MAIL")]
        email: String,
        /// Renders a month, or `plan` for the plan's own again
        #[arg(value_name = "N|plan", value_parser = quota)]
        quota: Quota,
        #[command(flatten)]
        common: Common,
    },
    /// Give a workspace credits, which are spent before its quota
    AddCredits {
        /// The owner of the workspace
        #[arg(value_name = "E-MAIL")]
        email: String,
        /// How many
        #[arg(value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
        credits: u32,
        #[command(flatten)]
        common: Common,
    },
    /// Block destinations of dynamic codes: new ones are refused, and old ones stop redirecting
    #[command(after_help = PATTERNS)]
    Block {
        /// A host, *.host, or the beginning of a URL with * after it
        #[arg(value_name = "URL-PATTERN")]
        pattern: String,
        #[command(flatten)]
        common: Common,
    },
    /// Take a pattern off the blocklist
    Unblock {
        /// The pattern, as `blocked` shows it
        #[arg(value_name = "URL-PATTERN")]
        pattern: String,
        #[command(flatten)]
        common: Common,
    },
    /// Show every blocked pattern
    Blocked {
        #[command(flatten)]
        common: Common,
    },
    /// Show every workspace with its owner, use and keys
    List {
        #[command(flatten)]
        common: Common,
    },
}

/// What every task takes.
#[derive(Debug, Args)]
struct Common {
    /// Print one JSON object
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    settings: StoreFlags,
}

/// A quota as it is typed.
#[derive(Clone, Copy, Debug)]
enum Quota {
    Renders(u64),
    OfPlan,
}

fn quota(typed: &str) -> Result<Quota, String> {
    if typed == "plan" {
        return Ok(Quota::OfPlan);
    }
    let renders = typed.parse::<u32>();
    renders
        .map(|renders| Quota::Renders(renders.into()))
        .map_err(|_| format!("a quota is a number up to {}, or the word plan", u32::MAX))
}

/// A plan's name, as clap lists it.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Plan {
    Free,
    Starter,
    Pro,
    Agency,
    Enterprise,
}

impl From<Plan> for PlanName {
    fn from(plan: Plan) -> Self {
        match plan {
            Plan::Free => Self::Free,
            Plan::Starter => Self::Starter,
            Plan::Pro => Self::Pro,
            Plan::Agency => Self::Agency,
            Plan::Enterprise => Self::Enterprise,
        }
    }
}

/// Does the task and prints what came of it.
pub(crate) fn run(options: Options) -> Outcome {
    match options.task {
        Task::CreateUser { email, plan, common } => act(
            common,
            async |admin| admin.create_user(&email, plan.map(Into::into)).await,
            in_words::created_user,
        ),
        Task::ResetPassword { email, common } => act(
            common,
            async |admin| admin.reset_password(&email).await,
            in_words::password_reset,
        ),
        Task::CreateKey {
            email,
            name,
            plan,
            common,
        } => act(
            common,
            async |admin| admin.create_key(&email, &name, plan.map(Into::into)).await,
            in_words::created_key,
        ),
        Task::RevokeKey { prefix, common } => act(
            common,
            async |admin| admin.revoke_key(&prefix).await,
            in_words::keys_revoked,
        ),
        Task::SetPlan { email, plan, common } => act(
            common,
            async |admin| admin.set_plan(&email, plan.into()).await,
            in_words::plan_changed,
        ),
        Task::SetQuota { email, quota, common } => {
            let renders = match quota {
                Quota::Renders(renders) => Some(renders),
                Quota::OfPlan => None,
            };
            act(
                common,
                async |admin| admin.set_quota(&email, renders).await,
                in_words::quota_changed,
            )
        }
        Task::AddCredits {
            email,
            credits,
            common,
        } => act(
            common,
            async |admin| admin.add_credits(&email, credits).await,
            in_words::credits_added,
        ),
        Task::Block { pattern, common } => act(
            common,
            async |admin| admin.block(&pattern).await,
            in_words::blocklisted,
        ),
        Task::Unblock { pattern, common } => act(
            common,
            async |admin| admin.unblock(&pattern).await,
            in_words::blocklisted,
        ),
        Task::Blocked { common } => act(common, async |admin| admin.blocked().await, in_words::blocked),
        Task::List { common } => act(common, async |admin| admin.list().await, in_words::accounts),
    }
}

/// Opens the store, does one thing, and prints the result in words or as JSON.
fn act<T: Serialize>(
    common: Common,
    task: impl AsyncFnOnce(&Admin) -> Result<T, AdminError>,
    in_words: impl FnOnce(&T) -> String,
) -> Outcome {
    let loaded = config::load(common.settings)?;
    let result = super::one_thread()?.block_on(async {
        let admin = Admin::open(&loaded.config)
            .await
            .map_err(|error| super::cannot_start(&loaded, error))?;
        let result = task(&admin).await.map_err(refusal);
        admin.close().await;
        result
    })?;
    if common.json {
        output::print_json(&result)
    } else {
        output::print(&in_words(&result))
    }
}

/// What was typed cannot be right, or the store failed.
fn refusal(error: AdminError) -> Failure {
    match error {
        AdminError::InvalidEmail(_)
        | AdminError::InvalidKeyName
        | AdminError::PlanAboveWorkspace { .. }
        | AdminError::InvalidPattern(_) => Failure::bad_input(error),
        other => Failure::failed(other),
    }
}
