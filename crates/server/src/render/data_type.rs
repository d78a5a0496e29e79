//! What a code is to do when it is scanned.

/// The data types of the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DataType {
    /// A URL, encoded as given.
    Url,
    /// Any text, encoded as given.
    Text,
    /// A contact.
    Vcard,
    /// A wireless network.
    Wifi,
    /// An e-mail to send.
    Email,
    /// A text message to send.
    Sms,
    /// A place.
    Geo,
    /// A number to call.
    Phone,
    /// An event.
    Event,
    /// A WhatsApp chat.
    Whatsapp,
    /// A short address of the service, whose destination can change.
    Dynamic,
}

impl DataType {
    /// Every data type that needs no service, by its name on the wire.
    pub const CHOICES: [(&'static str, Self); 10] = [
        ("url", Self::Url),
        ("text", Self::Text),
        ("vcard", Self::Vcard),
        ("wifi", Self::Wifi),
        ("email", Self::Email),
        ("sms", Self::Sms),
        ("geo", Self::Geo),
        ("phone", Self::Phone),
        ("event", Self::Event),
        ("whatsapp", Self::Whatsapp),
    ];

    /// The name on the wire of the one that does.
    pub const DYNAMIC: (&'static str, Self) = ("dynamic", Self::Dynamic);

    /// The name on the wire.
    pub fn name(self) -> &'static str {
        let mut all = Self::CHOICES.into_iter().chain([Self::DYNAMIC]);
        all.find(|(_, data_type)| *data_type == self)
            .map_or("", |(name, _)| name)
    }

    /// The field that carries the contents: `data` or `payload`.
    pub fn field(self) -> &'static str {
        match self {
            Self::Url | Self::Text => "data",
            _ => "payload",
        }
    }
}
