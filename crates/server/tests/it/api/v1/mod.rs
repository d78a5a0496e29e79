mod bad_requests;
mod generate;
mod plans;
mod rate;
mod usage;
mod usage_me;
mod validate;
