#include "simulation/phrases.h"

namespace earshot::simulation {
namespace {

using Lines = std::string_view[];

constexpr Lines kDelivery = {
    "My {product} was promised in three days and after {days} days it is still not here.",
    "Order {order} has been stuck at the depot for {days} days, the tracking does not move.",
    "The parcel came {days} days late and the box was soaked through.",
    "Courier says delivered, but nobody was at my door and there is no {product} anywhere.",
    "Still waiting for {order}. Shipping takes forever lately.",
    "Delivery was rescheduled three times, and every time I stayed at home for nothing.",
    "The driver left the {product} in the rain without ringing the bell.",
};
constexpr Lines kWrongItem = {
    "I ordered a {product} and got something else entirely, wrong item in the box.",
    "You sent the wrong colour, and two parts of order {order} are missing.",
    "Only half of my order arrived, the {product} was not in the parcel.",
    "Wrong size again. Does anybody check what goes into the box?",
};
constexpr Lines kQuality = {
    "The {product} broke after {days} days. Very poor quality.",
    "The {product} stopped working, it does not even switch on any more.",
    "Cheap plastic, the {product} has a crack right through the middle.",
    "It arrived scratched and it smells awful. Not what the pictures show.",
    "The {product} leaks and the lid does not close, it is simply defective.",
    "Second {product} from you, second one that fell apart.",
};
constexpr Lines kFake = {
    "This {product} is a fake, the serial number does not exist.",
    "I doubt that the {product} is genuine, the logo is printed crooked and the seal was open.",
    "Looks like a counterfeit {product} to me, nothing like the original I own.",
};
constexpr Lines kService = {
    "I called four times and was passed from one person to the next. Nobody helps.",
    "Your support was rude and hung up on me.",
    "Nobody answers the chat. I waited for an hour and was then disconnected.",
    "Customer service just copies the same reply and never reads what I wrote.",
    "The agent told me it is not their problem. Terrible service.",
    "Three agents, three different answers, no solution.",
};
constexpr Lines kRefund = {
    "I sent the {product} back {days} days ago and still have no refund of {amount}.",
    "Where is my refund for order {order}? You said five working days.",
    "You refuse my refund although the {product} came broken. I want my money back.",
    "My return was received, but the {amount} never arrived on my card.",
    "I was refunded only half of {amount}, please send the rest.",
};
constexpr Lines kApp = {
    "The app crashes every time I open it since the last update.",
    "It freezes on the checkout page, I cannot pay any more.",
    "Since the update everything is slow and the app closes by itself.",
    "White screen after the update, reinstalling does not help.",
    "The search is broken and the app drains my battery.",
    "Crash, crash, crash. Please fix this release!",
};
constexpr Lines kLogin = {
    "I cannot log in, the code never arrives.",
    "My account is locked and the reset link does not work.",
    "It keeps asking me to verify my phone number and then says it is already taken.",
    "I am thrown out of my account every few minutes.",
};
constexpr Lines kBilling = {
    "I was charged {amount} twice this month.",
    "There is a charge of {amount} on my card that I never agreed to.",
    "I cancelled my plan and you still took {amount}.",
    "The invoice says one price and my card was charged another, {amount} too much.",
    "Payment failed three times, yet the money is gone from my account.",
};
constexpr Lines kPrice = {
    "The price went up again. For {amount} this is no longer worth it.",
    "Far too expensive, the same {product} is cheaper everywhere else.",
    "You raised my plan to {amount} without telling me.",
    "A day after I bought the {product} it was {amount} cheaper. That is not fair.",
};
constexpr Lines kSafety = {
    "The {product} started to smoke while charging and burned my table. This is dangerous!",
    "I got an electric shock from the {product}. Stop selling it before somebody is hurt!",
    "The battery of the {product} exploded next to my child. We had to go to hospital.",
};
constexpr Lines kFraud = {
    "Somebody hacked my account and ordered for {amount}. That was not me, block the card now!",
    "A caller who knew my order number {order} wanted my card details. This is a scam, your data leaked.",
    "There are unauthorized payments of {amount} from my account, this is fraud.",
};
constexpr Lines kLegal = {
    "If I do not have {amount} back by Friday, my lawyer will write to you.",
    "I am going to report you to consumer protection and take legal action.",
    "This is false advertising. I will see you in court.",
};
constexpr Lines kStillWaiting = {
    "I wrote {days} days ago and nobody has answered. Hello?",
    "Still no reply. This is the third time I am asking about {order}.",
    "Is anybody there? I have been waiting for {days} days.",
    "Again no answer. How often do I have to contact you?",
};
constexpr Lines kLeaving = {
    "I am cancelling and moving to somebody else.",
    "That was my last order with you.",
    "I have deleted the app and will not come back.",
    "Enough. Please close my account.",
};
constexpr Lines kPraise = {
    "Love the {product}, great quality and it arrived a day early.",
    "Fast delivery, nicely packed, I am very happy with it.",
    "The {product} is excellent value for the money.",
    "Very friendly support, my question was solved in five minutes.",
    "Third time I buy here and always perfect.",
    "Works great, would recommend it to my friends.",
};
constexpr Lines kPraiseApp = {
    "Great app, does exactly what it should.",
    "Easy to use and fast, I use it every day.",
    "The new design is beautiful and ordering takes seconds.",
    "Best shopping app on my phone.",
};
constexpr Lines kNeutral = {
    "The {product} is okay, nothing special.",
    "Average. Does the job.",
    "It is fine so far, I have had it for {days} days.",
    "Delivery was normal, the {product} is as described.",
};
constexpr Lines kQuestion = {
    "Does the {product} come with a two year warranty?", "How do I change the delivery address of order {order}?",
    "Can I pick up the {product} in a store?",           "When will the {product} be back in stock?",
    "Could you send me an invoice for order {order}?",
};
constexpr Lines kSuggestion = {
    "It would be nice to have a dark mode in the app.",
    "Please add a way to choose a delivery time in the evening.",
    "You should offer the {product} in more colours.",
};
constexpr Lines kThanks = {
    "Thank you!",  "Thanks, that helped a lot.", "Great, thanks for the quick reply.", "Perfect, thank you very much.",
    "Ok, thanks.",
};
constexpr Lines kMadeUp = {
    "Edit: support contacted me and solved it within a day. Thank you, five stars for that.",
    "Update: the problem is fixed and they were very kind about it.",
    "Changed my review, they replaced the {product} and it works great now.",
};
constexpr Lines kBotReply = {
    "Thank you for your message. We have received it and will get back to you shortly.",
    "Hello! I am the assistant of Acme. A colleague will be with you soon.",
};
constexpr Lines kAgentReply = {
    "I am sorry about the trouble with order {order}. I have looked into it and sent a replacement today.",
    "Thank you for your patience. The {amount} has been refunded and will be on your account within three days.",
    "I checked this with our team: it is fixed now. Please tell me if anything is still wrong.",
    "I am sorry. I have spoken to the courier, your {product} arrives tomorrow before noon.",
};
constexpr Lines kAgentRefuses = {
    "This is not my department, please call the hotline.",
    "There is nothing I can do about that.",
    "Please contact the courier yourself, we only sell the {product}.",
};
constexpr Lines kInternalNote = {
    "Customer called before, see the older thread. Depot informed.",
    "Checked with billing, waiting for their answer.",
};
constexpr Lines kSmallTalk = {
    "Good coffee and rain outside, a perfect Sunday.",
    "Anyone watching the match tonight?",
    "New photos from the mountains.",
    "I should really go to bed earlier.",
    "Monday again.",
};

}  // namespace

std::span<const std::string_view> english(Theme theme) {
  switch (theme) {
    case Theme::delivery: return kDelivery;
    case Theme::wrong_item: return kWrongItem;
    case Theme::quality: return kQuality;
    case Theme::fake: return kFake;
    case Theme::service: return kService;
    case Theme::refund: return kRefund;
    case Theme::app: return kApp;
    case Theme::login: return kLogin;
    case Theme::billing: return kBilling;
    case Theme::price: return kPrice;
    case Theme::safety: return kSafety;
    case Theme::fraud: return kFraud;
    case Theme::legal: return kLegal;
    case Theme::still_waiting: return kStillWaiting;
    case Theme::leaving: return kLeaving;
    case Theme::praise: return kPraise;
    case Theme::praise_app: return kPraiseApp;
    case Theme::neutral: return kNeutral;
    case Theme::question: return kQuestion;
    case Theme::suggestion: return kSuggestion;
    case Theme::thanks: return kThanks;
    case Theme::made_up: return kMadeUp;
    case Theme::bot_reply: return kBotReply;
    case Theme::agent_reply: return kAgentReply;
    case Theme::agent_refuses: return kAgentRefuses;
    case Theme::internal_note: return kInternalNote;
    case Theme::small_talk: return kSmallTalk;
  }
  return kNeutral;
}

}  // namespace earshot::simulation
