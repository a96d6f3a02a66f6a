// "What is said?" Takes what comes from outside: refuses what is no event of ours, drops repeats, finds out whose it is
// and what the text says, and passes it on without personal data.
//
// The only processor that opens content. Its state: which events it has seen, whose a key is, which pairs of keys it
// has told identity about.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "earshot/analysis.h"
#include "earshot/processor.h"
#include "earshot/result.h"

namespace earshot {

// What a text says; a pure function of text and declared language.
using Analyse = std::function<Analysis(std::string_view text, std::string_view declared_language)>;

// Adds to an analysis what the tenant's settings say of the text (section `text` of the configuration, as it stands at
// this position of the log), and the product that the text names, if any. Pure too.
using ApplySettings = std::function<void(const Input& input, std::string_view text, std::string_view settings,
                                         Analysis& analysis, std::string& product)>;

struct IntakeSettings {
  std::string secret;  // keys are hashed under it; empty: unkeyed
};

// Without `analyse` no text is read: for a replay, which publishes nothing, since what a text says is never state of
// intake.
std::unique_ptr<Processor> make_intake(IntakeSettings settings, Analyse analyse, ApplySettings apply_settings = {});

// What intake reads of an input, for those who read ahead of it; nothing when it reads nothing.
std::optional<std::string> text_to_read(const Input& input);

// The record key of an input: its first identity key, hashed.
std::string feedback_key(std::string_view secret, std::string_view tenant, const Input& input);

// The record key of a dead letter that a connector made, so that a repeat meets the first one.
std::string feedback_key(std::string_view tenant, const DeadLetter& letter);

// Where intake keeps that a letter was mended, and by whom: under this record key, by this name.
std::string mended_key(std::string_view tenant, std::string_view letter);
std::string mended_name(std::string_view letter);
struct LetterMended {
  std::string actor;
  Timestamp at{};
  bool edited = false;
};
Result<LetterMended> read_mended(std::string_view stored);

// Where intake keeps how far a live source has come.
std::string reached_key(std::string_view tenant, std::string_view connector);
inline constexpr std::string_view kReachedName = "reached";
Result<ConnectorReached> read_reached(std::string_view connector, std::string_view stored);

// Whether somebody was first.
bool is_mended(const DeadLetterMended& mended, std::string_view record_key, ValueView& values);

}  // namespace earshot
