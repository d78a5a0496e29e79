//! Choices that have a name on the wire.

/// An enum of choices: `ALL` of them, their names by `as_str`, `Display` and `FromStr`.
macro_rules! choices {
    (
        $(#[$about:meta])*
        pub enum $Enum:ident {
            $($(#[$of_choice:meta])* $Choice:ident = $name:literal,)+
        }
    ) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
        #[non_exhaustive]
        pub enum $Enum {
            $($(#[$of_choice])* $Choice,)+
        }

        impl $Enum {
            /// Every choice, in the order of the documentation.
            pub const ALL: [$Enum; [$($name),+].len()] = [$($Enum::$Choice),+];

            /// The name on the wire.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $($Enum::$Choice => $name,)+
                }
            }
        }

        impl std::fmt::Display for $Enum {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl std::str::FromStr for $Enum {
            type Err = crate::error::ParseChoiceError;

            fn from_str(text: &str) -> Result<$Enum, Self::Err> {
                $Enum::ALL
                    .into_iter()
                    .find(|choice| choice.as_str() == text)
                    .ok_or(crate::error::ParseChoiceError { choices: &[$($name),+] })
            }
        }
    };
}

pub(crate) use choices;
