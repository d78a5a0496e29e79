mod bad_requests;
mod generate;
mod plans;
mod usage;
