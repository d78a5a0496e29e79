//! Any sequence of charges and credits, beside a plain model of the contract's words.

use futures_util::future::join_all;
use proptest::{
    collection::vec,
    prelude::{Strategy, any, prop_oneof},
    strategy::Just,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use qrstudio_store::{Allowance, Charge, Millis, Month, Usage};

use crate::support::{Fixture, NOW, account, receipt};

on_both_engines!(
    charges_do_what_the_plain_model_does,
    charges_at_once_do_what_the_plain_model_does_in_their_order,
);

#[derive(Clone, Debug)]
enum Step {
    Credits(u32),
    Charge {
        cost: u32,
        quota: Option<u64>,
        overage: bool,
        months: u8,
    },
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let quota = prop_oneof![2 => Just(None), 8 => (0u64..40).prop_map(Some), 1 => Just(Some(u64::MAX))];
    let charge =
        (0u32..12, quota, any::<bool>(), 0u8..3).prop_map(|(cost, quota, overage, months)| Step::Charge {
            cost,
            quota,
            overage,
            months,
        });
    vec(
        prop_oneof![1 => (0u32..15).prop_map(Step::Credits), 6 => charge],
        1..25,
    )
}

/// The contract, render by render.
#[derive(Default)]
struct Model {
    month: Option<Month>,
    used: u64,
    overage: u64,
    credits: u64,
    key_used: u64,
}

impl Model {
    /// What is taken from credits, quota and overage; `None` when it is refused.
    fn charge(&mut self, month: Month, cost: u32, allowance: Allowance) -> Option<(u64, u64, u64)> {
        let turns = self.month.is_none_or(|stored| stored < month);
        let (used, overage, key_used) = if turns {
            (0, 0, 0)
        } else {
            (self.used, self.overage, self.key_used)
        };
        let (mut from_credits, mut from_quota, mut from_overage) = (0, 0, 0);
        for _ in 0..cost {
            if from_credits < self.credits {
                from_credits += 1;
            } else if allowance.quota.is_none_or(|quota| used + from_quota < quota) {
                from_quota += 1;
            } else if allowance.overage {
                from_overage += 1;
            } else {
                return None;
            }
        }
        self.month = self.month.max(Some(month));
        self.credits -= from_credits;
        self.used = used + from_quota + from_overage;
        self.overage = overage + from_overage;
        self.key_used = key_used + u64::from(cost);
        Some((from_credits, from_quota, from_overage))
    }
}

async fn charges_do_what_the_plain_model_does(fixture: &Fixture) {
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    for case in 0..60 {
        let steps = steps().new_tree(&mut runner).unwrap();
        let steps = proptest::strategy::ValueTree::current(&steps);
        let email = format!("case{case}@example.com");
        run(fixture, &email, &steps).await;
    }
}

async fn run(fixture: &Fixture, email: &str, steps: &[Step]) {
    let store = &fixture.store;
    let account = account(store, email).await;
    let key = account.key.unwrap();
    let mut model = Model {
        month: Some(Month::of(NOW)),
        ..Model::default()
    };
    for (index, step) in steps.iter().enumerate() {
        let place = format!("step {index} of {steps:?}");
        match *step {
            Step::Credits(credits) => {
                model.credits += u64::from(credits);
                assert_eq!(
                    store.add_credits(email, credits).await.unwrap(),
                    Some(model.credits),
                    "{place}"
                );
            }
            Step::Charge {
                cost,
                quota,
                overage,
                months,
            } => {
                let at = (0..months).fold(NOW, |at, _| Millis(Month::of(at).next().start().0 + 1));
                let allowance = Allowance { quota, overage };
                let expected = model.charge(Month::of(at), cost, allowance);
                let charge = Charge {
                    workspace: account.workspace,
                    key,
                    cost,
                    allowance,
                    at,
                    request: None,
                };
                let got = receipt(store, charge).await;
                let parts = got.map(|r| (r.from_credits, r.from_quota, r.from_overage));
                assert_eq!(parts, expected, "{place}");
                if let Some(got) = got {
                    assert_eq!(
                        (got.used, got.overage, got.credits),
                        (model.used, model.overage, model.credits),
                        "{place}"
                    );
                }
            }
        }
        let usage = store
            .usage(account.workspace, key, model.month.unwrap())
            .await
            .unwrap()
            .unwrap();
        let Model {
            used,
            overage,
            credits,
            key_used,
            ..
        } = model;
        assert_eq!(
            usage,
            Usage {
                used,
                key_used,
                overage,
                credits,
                active_codes: 0,
            },
            "{place}"
        );
    }
}

async fn charges_at_once_do_what_the_plain_model_does_in_their_order(fixture: &Fixture) {
    let store = &fixture.store;
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let quota = prop_oneof![1 => Just(None), 6 => (0u64..60).prop_map(Some)];
    let bursts = (vec(0u32..8, 1..30), 0u32..20, quota, any::<bool>());
    for case in 0..40 {
        let burst = bursts.new_tree(&mut runner).unwrap();
        let (costs, credits, quota, overage) = proptest::strategy::ValueTree::current(&burst);
        let email = format!("case{case}@example.com");
        let account = account(store, &email).await;
        store.add_credits(&email, credits).await.unwrap();
        let mut model = Model {
            month: Some(Month::of(NOW)),
            credits: credits.into(),
            ..Model::default()
        };
        let allowance = Allowance { quota, overage };
        let expected = costs.iter().map(|cost| {
            let parts = model.charge(Month::of(NOW), *cost, allowance)?;
            Some((parts, model.used, model.overage, model.credits))
        });
        let expected: Vec<_> = expected.collect();
        let paid = costs.iter().map(|cost| {
            let charge = Charge {
                workspace: account.workspace,
                key: account.key.unwrap(),
                cost: *cost,
                allowance,
                at: NOW,
                request: None,
            };
            receipt(store, charge)
        });
        let paid = join_all(paid).await.into_iter().map(|receipt| {
            let r = receipt?;
            let parts = (r.from_credits, r.from_quota, r.from_overage);
            Some((parts, r.used, r.overage, r.credits))
        });
        assert_eq!(paid.collect::<Vec<_>>(), expected, "case {case}: {costs:?}");
        let usage = store
            .usage(account.workspace, account.key.unwrap(), Month::of(NOW))
            .await
            .unwrap()
            .unwrap();
        assert_eq!(
            (usage.used, usage.key_used),
            (model.used, model.key_used),
            "case {case}"
        );
    }
}
