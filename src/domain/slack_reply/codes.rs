//! Slack's error codes: the class of each, and its fix.
//!
//! The codes come from <https://docs.slack.dev/reference/methods/chat.postMessage>, from that page before August 2025 if Slack
//! still sends them, from `auth.test`, and from <https://docs.slack.dev/reference/methods/chat.update>. Codes about drafts and
//! `client_msg_id` cannot occur, because the program sends none of these.

use super::fix::Fix;

/// The class of an error code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    /// Slack's own trouble, which is over soon.
    Passing {
        /// Slack may have accepted the message.
        ambiguous: bool,
    },
    /// Trouble of the whole workspace, which is over in minutes or hours: a migration, a full quota. An administrator can end
    /// some of it sooner.
    Workspace(Option<Fix>),
    /// Trouble that an administrator can fix: the token, its scopes, the channel, the app.
    Configuration(Fix),
    /// Trouble of this one message; Slack may accept a plainer form.
    Content,
    /// The message that was to be edited or answered is gone, or cannot be edited or answered any more.
    Gone,
    /// The code is unknown.
    Unknown,
}

impl Fix {
    /// The fix of a code; `None` if a person can do nothing about it.
    pub fn of(code: &str) -> Option<Fix> {
        match class(code) {
            Class::Configuration(fix) => Some(fix),
            Class::Workspace(fix) => fix,
            Class::Passing { .. } | Class::Content | Class::Gone | Class::Unknown => None,
        }
    }
}

/// The class of a code.
pub(crate) fn class(code: &str) -> Class {
    match code {
        // "It's possible some aspect of the operation succeeded before the error was raised."
        "internal_error" | "fatal_error" => Class::Passing { ambiguous: true },
        // `request_timeout` says that the request did not arrive whole.
        "service_unavailable" | "request_timeout" => Class::Passing { ambiguous: false },
        "team_added_to_org" | "message_limit_exceeded" | "external_channel_migrating" => {
            Class::Workspace(None)
        }
        "org_login_required" | "accesslimited" => Class::Workspace(Some(Fix::Workspace)),
        "not_in_channel" => Class::Configuration(Fix::Invite),
        "channel_not_found" => Class::Configuration(Fix::Channel),
        "is_archived" => Class::Configuration(Fix::Unarchive),
        "restricted_action"
        | "restricted_action_read_only_channel"
        | "restricted_action_thread_only_channel"
        | "messages_tab_disabled" => Class::Configuration(Fix::Posters),
        "invalid_auth"
        | "not_authed"
        | "account_inactive"
        | "token_revoked"
        | "token_expired"
        | "not_allowed_token_type"
        | "is_bot"
        | "team_not_found" => Class::Configuration(Fix::Token),
        "missing_scope" | "no_permission" => Class::Configuration(Fix::Scope),
        "access_denied"
        | "team_access_not_granted"
        | "app_access_restricted"
        | "two_factor_setup_required"
        | "ekm_access_denied"
        | "enterprise_is_restricted"
        | "as_user_not_supported"
        | "send_on_behalf_not_allowed" => Class::Configuration(Fix::Workspace),
        "deprecated_endpoint" | "method_deprecated" | "unknown_method" => {
            Class::Configuration(Fix::Address)
        }
        _ if code.starts_with("slack_connect_") && code.ends_with("_blocked") => {
            Class::Configuration(Fix::Workspace)
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
        // Of replies in a thread, and of `chat.update`.
        "thread_not_found"
        | "invalid_thread_ts"
        | "cannot_reply_to_message"
        | "restricted_action_thread_locked"
        | "restricted_action_non_threadable_channel"
        | "message_not_found"
        | "cant_update_message"
        | "edit_window_closed"
        | "update_failed"
        | "is_inactive" => Class::Gone,
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
            ("message_limit_exceeded", Class::Workspace(None)),
            ("invalid_auth", Class::Configuration(Fix::Token)),
            ("not_in_channel", Class::Configuration(Fix::Invite)),
            ("missing_scope", Class::Configuration(Fix::Scope)),
            (
                "slack_connect_file_upload_sharing_blocked",
                Class::Configuration(Fix::Workspace),
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
        assert_eq!(Fix::of("accesslimited"), Some(Fix::Workspace));
        for passing in ["internal_error", "invalid_blocks", "brand_new_code", ""] {
            assert_eq!(Fix::of(passing), None, "{passing}");
        }
    }
}
