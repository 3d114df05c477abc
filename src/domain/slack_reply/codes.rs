//! Slack's error codes, and what kind of trouble each tells of.
//!
//! They are those of <https://docs.slack.dev/reference/methods/chat.postMessage>, those that stood on that page until August
//! 2025 and are still answered, and those of `auth.test`. Codes about threads, drafts and `client_msg_id` cannot occur: we
//! send none of these.

/// What kind of trouble a code tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    /// Slack's own, and over soon.
    Passing {
        /// The message may have been taken.
        ambiguous: bool,
    },
    /// Of the whole workspace, and over in minutes or hours: a migration, a full quota.
    Workspace,
    /// An administrator can mend it: the token, its scopes, the channel, the app.
    Configuration,
    /// Of this one message; a plainer one may pass.
    Content,
    /// A code that is not known.
    Unknown,
}

/// The class of a code.
pub(crate) fn class(code: &str) -> Class {
    match code {
        // "It's possible some aspect of the operation succeeded before the error was raised."
        "internal_error" | "fatal_error" => Class::Passing { ambiguous: true },
        // The second says that the request did not arrive whole.
        "service_unavailable" | "request_timeout" => Class::Passing { ambiguous: false },
        "team_added_to_org"
        | "org_login_required"
        | "accesslimited"
        | "message_limit_exceeded"
        | "external_channel_migrating" => Class::Workspace,
        "invalid_auth"
        | "not_authed"
        | "account_inactive"
        | "token_revoked"
        | "token_expired"
        | "not_allowed_token_type"
        | "missing_scope"
        | "no_permission"
        | "access_denied"
        | "team_access_not_granted"
        | "app_access_restricted"
        | "two_factor_setup_required"
        | "is_bot"
        | "ekm_access_denied"
        | "enterprise_is_restricted"
        | "deprecated_endpoint"
        | "method_deprecated"
        | "unknown_method"
        | "channel_not_found"
        | "not_in_channel"
        | "is_archived"
        | "team_not_found"
        | "restricted_action"
        | "restricted_action_read_only_channel"
        | "restricted_action_thread_only_channel"
        | "messages_tab_disabled"
        | "as_user_not_supported"
        | "send_on_behalf_not_allowed" => Class::Configuration,
        _ if code.starts_with("slack_connect_") && code.ends_with("_blocked") => {
            Class::Configuration
        }
        "no_text"
        | "msg_too_long"
        | "msg_blocks_too_long"
        | "invalid_blocks"
        | "invalid_blocks_format"
        | "only_one_table_allowed"
        | "invalid_attachments"
        | "invalid_arguments"
        | "invalid_arg_name"
        | "invalid_array_arg"
        | "invalid_charset"
        | "invalid_form_data"
        | "invalid_post_type"
        | "missing_post_type"
        | "markdown_text_conflict"
        | "too_many_attachments"
        | "attachment_payload_limit_exceeded"
        | "too_many_contact_cards"
        | "missing_file_data"
        | "invalid_metadata_format"
        | "invalid_metadata_schema"
        | "metadata_too_large"
        | "metadata_must_be_sent_from_app" => Class::Content,
        _ => Class::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_fall_into_their_classes() {
        for (code, expected) in [
            ("internal_error", Class::Passing { ambiguous: true }),
            ("service_unavailable", Class::Passing { ambiguous: false }),
            ("message_limit_exceeded", Class::Workspace),
            ("invalid_auth", Class::Configuration),
            ("not_in_channel", Class::Configuration),
            ("missing_scope", Class::Configuration),
            (
                "slack_connect_file_upload_sharing_blocked",
                Class::Configuration,
            ),
            ("invalid_blocks", Class::Content),
            ("msg_too_long", Class::Content),
            ("no_text", Class::Content),
            ("brand_new_code", Class::Unknown),
            ("slack_connect_x", Class::Unknown),
            ("", Class::Unknown),
        ] {
            assert_eq!(class(code), expected, "{code}");
        }
    }
}
