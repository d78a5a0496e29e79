mod bad_requests;
mod generate;
mod keys;
mod plans;
mod rate;
mod usage;
mod usage_me;
mod validate;
