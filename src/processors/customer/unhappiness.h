// Turns unhappy feedback into a signal and a request for a case, and hands on the messages of those who have one.
//
// One signal per spell: it is raised by the first unhappy item and cleared by a happy one that is not older. A case is
// asked for whenever something is wrong or somebody wrote to us; desk decides whether it belongs to a case that is
// open. Messages of who has a case are handed on, but for urgent ones: these are asked for too, so that desk sees how
// pressing they are.
#pragma once

#include "earshot/processor.h"
#include "processors/customer/profile.h"

namespace earshot {

class Unhappiness {
 public:
  void apply(const ActivityRecorded& activity, const Reading& reading, Step& step) const;

  // After a facet has come or gone: whether they are unhappy or at risk may be another matter now.
  static void reconsider(KeyHash moved, Step& step);

  // Keeps the list of the customer's cases; true when it changed.
  bool apply(const CaseChanged& change, Step& step) const;

 private:
  static void signal(const ActivityRecorded& activity, const Reading& reading, Step& step);
  static void risk(const ActivityRecorded& activity, Step& step);
  static void request(const ActivityRecorded& activity, const Reading& reading, Step& step);
  static void forward(const ActivityRecorded& activity, Step& step);
};

}  // namespace earshot
