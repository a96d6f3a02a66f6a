// Reads Typeform's web hook: one response with the definition of its form. Signed with HMAC-SHA256.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "earshot/connector.h"
#include "event/names.h"

namespace earshot {

struct QuestionFamily {
  std::string ref;  // of the question
  SurveyFamily family = SurveyFamily::csat;
  bool operator==(const QuestionFamily&) const = default;
};

struct TypeformSettings {
  std::vector<std::string>
      secrets;  // of the web hook; several while they are rotated. Without one no request is accepted
  std::vector<std::string> customer_fields{"user_id",
                                           "customer_id"};  // hidden fields that may hold the tenant's own id
  std::string survey_field = "survey_id";                   // hidden field that names the invitation
  std::string case_field = "case_id";                       // hidden field that names the case it asks about
  std::vector<QuestionFamily> families;                     // where the kind of question does not tell
  bool partial_responses = false;  // take what was written before the form was left, as a comment without a score
  bool operator==(const TypeformSettings&) const = default;
};

template <class F>
void fields(F& f, QuestionFamily& v) {
  f.required("ref", v.ref);
  f.required("family", v.family);
}
template <class F>
void fields(F& f, TypeformSettings& v) {
  f.optional("secrets", v.secrets);
  f.optional("customer_fields", v.customer_fields);
  f.optional("survey_field", v.survey_field);
  f.optional("case_field", v.case_field);
  f.optional("families", v.families);
  f.optional("partial_responses", v.partial_responses);
}

Result<std::unique_ptr<Connector>> make_typeform(const TypeformSettings& settings);

}  // namespace earshot
