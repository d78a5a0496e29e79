use qrstudio_store::{
    CodeId, Device, JournalPosition, Millis, PlanName, RecordScans, Scan, ScanEvents, ScanKind, ShortId,
    Visitor, WorkspaceId,
};
use serde_json::{Value, json};

use crate::studio::{Answer, SignedUp, Studio};

const EMAIL: &str = "ada@example.com";

/// A service, somebody on it, and the path of a code that was scanned at these moments.
async fn scanned(moments: &[&str]) -> (Studio, SignedUp, String) {
    let (studio, tokens, path, code) = with_code().await;
    record(&studio, moments.iter().map(|moment| scan(code, moment)).collect()).await;
    (studio, tokens, path)
}

async fn with_code() -> (Studio, SignedUp, String, CodeId) {
    let studio = Studio::new().await;
    let tokens = studio.sign_up(EMAIL).await;
    studio.store.set_plan(EMAIL, PlanName::Pro).await.unwrap();
    let body = json!({"name": "Menu", "destination_url": "https://example.com/"});
    let made = studio
        .send("POST", "/api/v1/dynamic/", Some(&tokens.access), Some(body))
        .await;
    let short_id = made.json().get("short_id").unwrap().as_str().unwrap().to_owned();
    let parsed: ShortId = short_id.parse().unwrap();
    let code = studio.store.code(WorkspaceId(1), parsed).await.unwrap().unwrap();
    (
        studio,
        tokens,
        format!("/api/v1/dynamic/{short_id}/analytics/"),
        code.id,
    )
}

fn scan(code: CodeId, moment: &str) -> Scan {
    let at: jiff::Timestamp = moment.parse().unwrap();
    Scan {
        code,
        at: Millis(at.as_millisecond()),
        kind: ScanKind::Person,
        destination: "https://example.com/".to_owned(),
        variant: None,
        country: Some("CA".to_owned()),
        region: None,
        device: Some(Device::Mobile),
        os: None,
        browser: Some("Safari".to_owned()),
        referrer: None,
        language: Some("fr".to_owned()),
        visitor: Visitor([1; 16]),
    }
}

async fn record(studio: &Studio, scans: Vec<Scan>) {
    let batch = RecordScans {
        journal: "journal".to_owned(),
        from: JournalPosition::default(),
        to: JournalPosition {
            segment: 1,
            offset: 1,
        },
        scans,
        monthly: Vec::new(),
        events: ScanEvents::none(),
    };
    studio.store.record_scans(batch).await.unwrap();
}

async fn ask(studio: &Studio, tokens: &SignedUp, path: &str, query: &str) -> Answer {
    studio
        .send("GET", &format!("{path}?{query}"), Some(&tokens.access), None)
        .await
}

/// The buckets with scans: `2026-11-01 2`; and how many there are in all.
fn series(answer: &Answer) -> (Vec<String>, usize) {
    let json = answer.json();
    let buckets = json.get("series").unwrap().as_array().unwrap();
    let scans = |bucket: &Value| bucket.get("scans").and_then(Value::as_u64).unwrap();
    let full = buckets.iter().filter(|bucket| scans(bucket) > 0);
    let line = |bucket: &Value| {
        format!(
            "{} {}",
            bucket.get("start").unwrap().as_str().unwrap(),
            scans(bucket)
        )
    };
    (full.map(line).collect(), buckets.len())
}

#[tokio::test]
async fn days_are_those_of_the_reader() {
    for (zone, from, to, moments, days) in [
        // The clock goes back: a day of 25 hours.
        (
            "America/Toronto",
            "2026-10-31",
            "2026-11-02",
            [
                "2026-11-01T03:59:59Z",
                "2026-11-01T04:00:00Z",
                "2026-11-02T04:59:59Z",
                "2026-11-02T05:00:00Z",
            ],
            ["2026-10-31 1", "2026-11-01 2", "2026-11-02 1"],
        ),
        // It goes forward: 23.
        (
            "America/Toronto",
            "2026-03-07",
            "2026-03-09",
            [
                "2026-03-08T04:59:59Z",
                "2026-03-08T05:00:00Z",
                "2026-03-09T03:59:59Z",
                "2026-03-09T04:00:00Z",
            ],
            ["2026-03-07 1", "2026-03-08 2", "2026-03-09 1"],
        ),
        (
            "Asia/Kolkata",
            "2026-10-31",
            "2026-11-02",
            [
                "2026-10-31T18:29:59Z",
                "2026-10-31T18:30:00Z",
                "2026-11-01T18:29:59Z",
                "2026-11-01T18:30:00Z",
            ],
            ["2026-10-31 1", "2026-11-01 2", "2026-11-02 1"],
        ),
        // By half an hour.
        (
            "Australia/Lord_Howe",
            "2026-10-03",
            "2026-10-05",
            [
                "2026-10-03T13:29:59Z",
                "2026-10-03T13:30:00Z",
                "2026-10-04T12:59:59Z",
                "2026-10-04T13:00:00Z",
            ],
            ["2026-10-03 1", "2026-10-04 2", "2026-10-05 1"],
        ),
        (
            "Australia/Lord_Howe",
            "2026-04-04",
            "2026-04-06",
            [
                "2026-04-04T12:59:59Z",
                "2026-04-04T13:00:00Z",
                "2026-04-05T13:29:59Z",
                "2026-04-05T13:30:00Z",
            ],
            ["2026-04-04 1", "2026-04-05 2", "2026-04-06 1"],
        ),
    ] {
        let (studio, tokens, path) = scanned(&moments).await;
        let answer = ask(
            &studio,
            &tokens,
            &path,
            &format!("from={from}&to={to}&timezone={zone}"),
        )
        .await;
        assert_eq!(answer.status, 200, "{}", answer.line());
        assert_eq!(
            series(&answer),
            (days.map(str::to_owned).to_vec(), 3),
            "{zone} {from}"
        );
        assert_eq!(answer.json()["total_scans"], 4);
        // These days are not made of whole UTC days.
        assert_eq!(answer.json()["series"][0]["unique_visitors"], Value::Null);
    }
}

#[tokio::test]
async fn hours_follow_the_clock_on_the_wall() {
    let (studio, tokens, path) = scanned(&["2026-11-01T05:30:00Z", "2026-11-01T06:30:00Z"]).await;
    for (zone, day, hours) in [
        ("UTC", "2026-11-01", 24),
        ("America/Toronto", "2026-11-01", 25),
        ("America/Toronto", "2026-03-08", 23),
        ("Asia/Kolkata", "2026-11-01", 24),
        ("Australia/Lord_Howe", "2026-10-04", 24),
        ("Australia/Lord_Howe", "2026-04-05", 25),
    ] {
        let query = format!("from={day}&to={day}&interval=hour&timezone={zone}");
        let (_, count) = series(&ask(&studio, &tokens, &path, &query).await);
        assert_eq!(count, hours, "{zone} {day}");
    }
    // One o'clock comes twice that night, and each has its own scans.
    let twice = ask(
        &studio,
        &tokens,
        &path,
        "from=2026-11-01&to=2026-11-01&interval=hour&timezone=America/Toronto",
    )
    .await;
    let (full, _) = series(&twice);
    assert_eq!(
        full,
        ["2026-11-01T01:00:00-04:00 1", "2026-11-01T01:00:00-05:00 1"]
    );
    assert_eq!(twice.json()["by_hour_of_day"], json!([{"hour": 1, "scans": 2}]));
    assert_eq!(
        twice.json()["by_weekday"],
        json!([{"weekday": "sunday", "scans": 2}])
    );
}

#[tokio::test]
async fn weeks_begin_on_monday_and_months_on_the_first() {
    let (studio, tokens, path) = scanned(&["2026-10-31T12:00:00Z", "2026-11-02T12:00:00Z"]).await;
    let weeks = ask(
        &studio,
        &tokens,
        &path,
        "from=2026-10-28&to=2026-11-03&interval=week",
    )
    .await;
    assert_eq!(
        series(&weeks),
        (vec!["2026-10-26 1".to_owned(), "2026-11-02 1".to_owned()], 2)
    );
    let months = ask(
        &studio,
        &tokens,
        &path,
        "from=2026-09-15&to=2026-11-03&interval=month",
    )
    .await;
    assert_eq!(
        series(&months),
        (vec!["2026-10-01 1".to_owned(), "2026-11-01 1".to_owned()], 3)
    );
}

#[tokio::test]
async fn lists_name_what_is_unknown_and_gather_the_rest() {
    let (studio, tokens, path, code) = with_code().await;
    let mut scans = Vec::new();
    for number in 0..60 {
        for _ in 0..(60 - number) {
            let mut one = scan(code, "2026-11-20T12:00:00Z");
            one.referrer = (number > 0).then(|| format!("host{number:02}.example"));
            one.visitor = Visitor([number; 16]);
            scans.push(one);
        }
    }
    let total = scans.len();
    let mut bot = scan(code, "2026-11-20T12:00:00Z");
    bot.kind = ScanKind::Bot;
    bot.device = Some(Device::Bot);
    scans.push(bot);
    record(&studio, scans).await;
    let all = ask(&studio, &tokens, &path, "").await.json();
    assert_eq!(all["total_scans"], total);
    assert_eq!(all["unique_visitors"], 60);
    assert_eq!(all["unique_basis"], "utc_day");
    assert_eq!(all["series"].as_array().unwrap().len(), 30);
    let referrers = all["by_referrer"].as_array().unwrap();
    assert_eq!(referrers.len(), 51);
    assert_eq!(referrers[0], json!({"referrer": "unknown", "scans": 60}));
    assert_eq!(referrers[1], json!({"referrer": "host01.example", "scans": 59}));
    assert_eq!(referrers[50], json!({"referrer": "other", "scans": 55}));
    assert_eq!(all["by_os"], json!([{"os": "unknown", "scans": total}]));
    assert_eq!(all["by_variant"], json!([]));
    assert_eq!(all["first_scanned_at"], "2026-11-20T12:00:00Z");
    let with_bots = ask(&studio, &tokens, &path, "bots=include").await.json();
    assert_eq!(with_bots["total_scans"], total + 1);
    assert_eq!(with_bots["by_device"][1], json!({"device": "bot", "scans": 1}));
}

/// Of a day that is partly in the range nobody can tell its visitors apart; but where nobody scanned, nobody was.
#[tokio::test]
async fn there_are_never_more_visitors_than_scans() {
    let (studio, tokens, path, code) = with_code().await;
    let scans = (0..3).map(|number| {
        let mut one = scan(code, "2026-11-20T12:00:00Z");
        one.visitor = Visitor([number; 16]);
        one
    });
    let mut scans: Vec<_> = scans.collect();
    scans.push(scan(code, "2026-11-20T18:00:00Z"));
    record(&studio, scans).await;
    for (from, to, found) in [("00", "06", 0), ("11", "13", 3), ("17", "19", 1), ("00", "23", 4)] {
        let query = format!("from=2026-11-20T{from}:00:00Z&to=2026-11-20T{to}:00:00Z");
        let shown = ask(&studio, &tokens, &path, &query).await.json();
        assert_eq!(shown["total_scans"], found, "{query}");
        assert!(
            shown["unique_visitors"].as_u64().unwrap() <= found,
            "{query}: {shown}"
        );
    }
}

/// Any page may call its host so.
#[tokio::test]
async fn no_list_has_a_name_twice() {
    let (studio, tokens, path, code) = with_code().await;
    let scans = [None, Some("unknown"), Some("other"), Some("shop.example")].map(|host| {
        let mut one = scan(code, "2026-11-20T12:00:00Z");
        one.referrer = host.map(str::to_owned);
        one
    });
    record(&studio, scans.into()).await;
    let shown = ask(&studio, &tokens, &path, "").await.json();
    assert_eq!(
        shown["by_referrer"],
        json!([
            {"referrer": "unknown", "scans": 2}, {"referrer": "shop.example", "scans": 1}, {"referrer": "other", "scans": 1},
        ])
    );
}

#[tokio::test]
async fn a_code_that_nobody_scanned_has_empty_buckets() {
    let (studio, tokens, path, _) = with_code().await;
    let empty = ask(
        &studio,
        &tokens,
        &path,
        "from=2026-11-01T00:00:00Z&to=2026-11-02T00:00:00Z",
    )
    .await;
    assert_eq!(
        empty.json()["series"],
        json!([{"start": "2026-11-01", "scans": 0, "unique_visitors": 0}])
    );
    assert_eq!(empty.json()["last_scanned_at"], Value::Null);
}

#[tokio::test]
async fn what_cannot_be_read_is_refused_by_its_name() {
    let (studio, tokens, path, _) = with_code().await;
    for (query, answer) in [
        (
            "timezone=Mars/Olympus",
            r#"{"timezone":["Unknown time zone \"Mars/Olympus\"; use an IANA name such as \"Europe/Paris\"."]}"#,
        ),
        (
            "interval=year",
            r#"{"interval":["Use \"hour\", \"day\", \"week\" or \"month\"."]}"#,
        ),
        ("bots=yes", r#"{"bots":["Use \"include\", or leave it out."]}"#),
        (
            "from=yesterday",
            r#"{"from":["Use a date such as 2026-11-01 or a moment such as 2026-11-01T08:00:00Z."]}"#,
        ),
        (
            "to=2026-02-30",
            r#"{"to":["Use a date such as 2026-11-01 or a moment such as 2026-11-01T08:00:00Z."]}"#,
        ),
        (
            "from=2026-11-02&to=2026-11-01",
            r#"{"to":["Must be later than from."]}"#,
        ),
        (
            "from=2020-01-01&to=2026-11-01&interval=hour",
            r#"{"interval":["More than 5000 buckets; use a longer interval or a shorter time."]}"#,
        ),
    ] {
        let refused = ask(&studio, &tokens, &path, query).await;
        assert_eq!(refused.line(), format!("400 {answer}"), "{query}");
    }
    for query in [
        "from=1970-01-01&interval=month",
        "from=9999-12-31&to=9999-12-31",
        "from=0001-01-01",
        "to=-009999-01-01",
    ] {
        assert!(
            ask(&studio, &tokens, &path, query).await.status.as_u16() < 500,
            "{query}"
        );
    }
}
