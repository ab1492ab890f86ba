"""English comments, as patterns: for every service and every place, what pleased and what annoyed."""

from typing import Final

from soundings_embedded.demo.agency import (
    BENEFITS,
    CERTIFICATES,
    CHILD_CARE,
    FOOD,
    LICENSES,
    REGISTRATION,
    ROADS,
)
from soundings_embedded.demo.comments.template import CommentPhrases, Language

_PLACES: Final = {
    "website": CommentPhrases(
        good=(
            "Quick and clear. I was done in {short} minutes.",
            "Worked on my phone without any trouble, {when}, on the bus to {town}.",
            "I expected to drive to {town}. Instead it took {short} minutes at the kitchen table.",
            "The page where you check everything before you send it is great. I caught a mistake in the date.",
            "Plain words, big buttons, no surprises. My {relative} managed it alone in {short} minutes.",
            "I got the confirmation {when}, before I had closed the page.",
            "It remembered what I typed when I was interrupted. I finished {when}.",
        ),
        bad=(
            "The page logged me out after {short} minutes and everything I had typed was gone.",
            "I uploaded the same document {few} times and every time it said the file was too large.",
            "The search finds everything except what I need. I gave up after {long} minutes.",
            "It asked for a number and never said where on the letter to find it. {long} minutes of guessing.",
            "On a phone the button is hidden behind the keyboard. I had to borrow a computer in {town}.",
            "An error message that only says 'try again later'. I tried {when} and again the day after.",
            "My screen reader skips the field for the date. My {relative} had to fill it in for me.",
        ),
    ),
    "phone": CommentPhrases(
        good=(
            "She listened, repeated it back to me and solved it in {short} minutes.",
            "One call {when}, one person, done. I did not have to explain it twice.",
            "The young man was patient with my {relative}, who does not hear well.",
            "I called {when} and was through in no time. They even sent me the link afterwards.",
            "They told me what would happen next and by when, {days} days at most. That is all I wanted.",
        ),
        bad=(
            "The agent read from a script and could not answer anything outside of it. {long} minutes for nothing.",
            "I was passed on {few} times and told my story from the beginning every time.",
            "The menu has {few} levels and none of them is about my question.",
            "The line was so bad that I heard every second word. I called from {town}, not from the moon.",
            "I was promised a call within {days} days. Nobody called.",
        ),
    ),
    "in_person": CommentPhrases(
        good=(
            "In and out in {short} minutes. Window {window} knew exactly what I needed.",
            "Somebody in {town} checked my papers while I was still in line, so nothing was missing.",
            "The clerk at window {window} stayed past closing time so that I need not come back.",
            "Clean, calm, enough chairs, and the number system works. {short} minutes.",
            "They helped me fill in the form without making me feel stupid. Ask for window {window} in {town}.",
        ),
        bad=(
            "{long} minutes in line and then I was told it was the wrong line.",
            "Only {few} of the windows in {town} were open and the hall was full.",
            "I brought everything that is on the list. The list on the wall is another one. Second trip, {when}.",
            "The card reader at window {window} was broken and there is no cash machine nearby.",
            "No ramp at the side door in {town}. My {relative} had to wait outside.",
        ),
    ),
}

_SERVICES: Final = {
    LICENSES: CommentPhrases(
        good=(
            "Renewed my license in {short} minutes, photo included. It arrived {days} days later.",
            "Lost my license {when} and had a temporary one the same day.",
            "The eye test was quick and the examiner in {town} was friendly.",
            "I could choose an appointment in {town} for the next morning. Years ago that took weeks.",
            "Changing my address took one page. The new license came in {days} days.",
        ),
        bad=(
            "The next free appointment in {town} is in {many} days. My license expires before that.",
            "They took my photo {few} times because the camera in {town} kept failing.",
            "Nothing on the website says that you need two proofs of address. I drove {long} minutes for nothing.",
            "The renewal fee went up and the letter still shows the old one.",
            "It has been {many} days and my license is still being printed, whatever that means.",
        ),
    ),
    REGISTRATION: CommentPhrases(
        good=(
            "Told you {when} that I sold my truck. Took {short} minutes and I got a receipt at once.",
            "New plates in {days} days, straight to my mailbox in {town}.",
            "The fee calculator was right to the cent. I knew what I would pay before I started.",
            "The dealer forgot the title. The clerk knew what to do and it was settled {when}.",
        ),
        bad=(
            "I paid the fee {when} and the website still says that it is due.",
            "Why do I have to mail a paper form to say that I sold a car? It takes {many} days.",
            "The sticker came with the plate number of somebody else. Now it is my job to send it back.",
            "The form does not know trailers. I chose 'other' and got a bill for a bus.",
            "Three letters about the same registration in {days} days, and none of them agrees with the others.",
        ),
    ),
    ROADS: CommentPhrases(
        good=(
            "I reported the pothole {when} and {days} days later it was filled. Impressed.",
            "The street light by the school in {town} works again. The children say thank you.",
            "I got a message with a photo when it was repaired. I never had that before.",
            "The map knew where I was standing. Reporting the broken sign took {short} minutes.",
        ),
        bad=(
            "The report was closed as done. The hole is still there. I drove through it {when}.",
            "I have reported the same dark corner in {town} {few} times since spring.",
            "They filled the pothole and the first rain after {days} days washed it out again.",
            "The map puts my street in another town and does not let me move the pin.",
            "The drain floods every time it rains and your answer is that it is not your road. Whose is it?",
        ),
    ),
    BENEFITS: CommentPhrases(
        good=(
            "I lost my job {when} and was afraid of this. It was clear and took {short} minutes.",
            "Weekly certification is {few} questions and done. Exactly as it should be.",
            "The money was there after {days} days. It kept us in our home.",
            "Someone explained to me how part-time work counts. Now I understand my letter.",
            "I uploaded my papers and {days} days later my identity was confirmed.",
        ),
        bad=(
            "The letter says that I owe you money and does not say why.",
            "The questions about my last employer are written for lawyers. I guessed {few} of them.",
            "My identity check failed {few} times because my {relative} has the same phone number.",
            "I worked {days} days in {town} and the form has no place to say that.",
            "The decision took {many} days. Rent does not wait that long.",
        ),
    ),
    FOOD: CommentPhrases(
        good=(
            "The interview by phone took {short} minutes and she explained every number.",
            "I replaced my lost card {when} and could buy groceries the next day.",
            "The text message with my balance is the best thing you ever made.",
            "They told me about the farmers market in {town} where the card counts double.",
        ),
        bad=(
            "I sent my pay stubs {few} times and each letter asks for them again.",
            "The interview was set for {day} and nobody called. Then I got a letter that I had missed it.",
            "My card stopped working at the register in {town}, with a line behind me. That was humiliating.",
            "The application is {long} pages if you print it. Who needs to know all of that?",
            "Recertification every few months for a household that never changes. {long} minutes each time.",
        ),
    ),
    CHILD_CARE: CommentPhrases(
        good=(
            "The list of providers near {town} shows who has free places. I found one {when}.",
            "Approved in {days} days, so I could take the job.",
            "The copayment table is easy to read, even for tired parents.",
            "My caseworker called me back within {days} days and knew my file.",
        ),
        bad=(
            "The provider list is out of date. I called {few} of them and none takes babies.",
            "On the waiting list for {many} days and nobody can say which number I am.",
            "My hours change every week. The form wants one number.",
            "The copayment went up because I earned a little more for {days} days. Where is the sense?",
        ),
    ),
    CERTIFICATES: CommentPhrases(
        good=(
            "Ordered my birth certificate {when}, in my mailbox {days} days later.",
            "The clerk found my {relative}'s record from 1951 although the name was spelled wrong.",
            "Paid, printed, stamped, {short} minutes. Now I can get my passport.",
            "We needed three copies of our marriage certificate and the form simply asked how many.",
        ),
        bad=(
            "My name has an accent. The form does not take it and the certificate came without.",
            "Paid for fast delivery and waited {many} days.",
            "To prove who I am I need the very certificate that I am ordering.",
            "The tracking number that you sent {when} does not exist.",
        ),
    ),
}

_TROUBLE: Final = {
    "phone": (
        "I waited {endless} minutes to hear that the office closes in five.",
        "{few} calls this week, {endless} minutes each, and every time the line went dead.",
        "The voice said that my call is important. After {endless} minutes I no longer believed it.",
        "I only wanted to know where my claim is. {endless} minutes of music.",
        "My prepaid minutes were used up while I was on hold. {endless} minutes, no person.",
        "By the time somebody answered, my lunch break was over. I have to do it again tomorrow.",
        "Told to call another number. Called it. They sent me back to this one. {endless} minutes gone.",
        "The agent was kind and very tired. She said that everyone waits {endless} minutes now.",
    ),
    "website": (
        "There is no way to see what happened to my claim, and on the phone nobody answers.",
        "'Pending' for {many} days. The page tells me to call. I called for {endless} minutes.",
        "My payment is missing since {day}. The website says call us, the phone says use the website.",
        "Put the claim status on this page and half of us will stop calling you.",
        "I sent {few} messages through the website and hung on the phone for {endless} minutes. No answer to any.",
    ),
    "in_person": (
        "I came to {town} only because nobody answers the telephone. {long} minutes in line.",
        "The clerk can see my claim on her screen. Why can I not see it on mine?",
        "After {endless} minutes on the phone I took the bus to {town}. The office could not help either.",
    ),
}

_RELIEF: Final = {
    "phone": (
        "They called me back after {long} minutes, as promised. No more music.",
        "What a difference to last month: answered at once, solved in {short} minutes.",
        "The callback is a blessing. I fed the baby in the meantime.",
        "Rang twice and there was a person. I almost dropped the phone.",
    ),
    "website": (
        "I can see the status of my claim now! That saved me a call.",
        "The new status page tells me that the decision takes {days} more days. Thank you, that is all I wanted.",
        "Finally the page says what is missing. I uploaded it {when} and it went green.",
    ),
    "in_person": (
        "The line in {town} is half as long since the telephone works again.",
        "The clerk showed me the new status page. I will not have to come back for that.",
    ),
}

_MIXED: Final = (
    "Fine in the end, but it took {long} minutes and should take {short}.",
    "The people are good, the forms are not.",
    "It works. It does not need to be this complicated.",
    "Half of it was easy. Then it wanted a document that nobody had mentioned.",
    "Better than last year, not yet good. I had to come back {when}.",
    "I got what I needed, after {few} tries.",
    "OK, I guess.",
    "Neither good nor bad: {days} days is a long time, though.",
    "My {relative} had an easier time of it in {town}.",
    "Some of it is good, some of it is not.",
    "I could do it {when}, but only because I had time.",
)

_ENDINGS_GOOD: Final = (
    "Thank you!",
    "Keep it up.",
    "More of this, please.",
    "I told my {relative} about it.",
    "That has not always been so.",
    "👍",
    "A pleasant surprise.",
    "Well done.",
    "I wish everything in {town} worked like that.",
)
_ENDINGS_BAD: Final = (
    "Please fix this.",
    "That is not good enough.",
    "I pay taxes for this.",
    "Nobody could tell me why.",
    "I had to take half a day off work.",
    "😡",
    "I will try again {soon}.",
    "My {relative} gave up long before.",
    "Is anybody reading this?",
    "This used to work better.",
)

_PERSONAL: Final = (
    "Please call me at 217-555-01{window}{window} about it, I am home after six.",
    "You can write to {mailbox}@example.org if you need the papers again.",
    "My name is {person} and I have been waiting for {many} days.",
    "Somebody please call (217) 555-01{window}{window}, my claim has been open for {many} days.",
    "My social security number 219-09-9999 was refused {few} times. It is the right one.",
    "I was charged twice on card 4111 1111 1111 1111. Send the receipt to {mailbox}@example.com.",
    "My name is {person}, the letter went to the wrong house in {town}.",
    "Why does the mail to {mailbox}@example.net come back? I asked you {when} to change it.",
)
_WORDS: Final = {
    "short": ("four", "5", "six", "7", "eight", "nine", "10", "twelve"),
    "long": ("20", "25", "thirty", "35", "forty", "45", "50"),
    "endless": ("25", "30", "thirty-five", "40", "45", "fifty", "55"),
    "days": ("two", "3", "four", "five", "6", "seven"),
    "many": ("18", "20", "three dozen", "23", "27", "thirty", "34", "40"),
    "few": ("two", "three", "four", "3", "4", "five"),
    "window": ("1", "2", "3", "4", "5", "6", "7", "8", "9"),
    "when": (
        "on Monday", "on Tuesday", "on Wednesday", "on Thursday", "on Friday", "last week", "at lunchtime",
        "early in the morning", "late in the evening", "yesterday",
    ),
    "soon": ("on Monday", "on Thursday", "tomorrow", "next week", "next month"),
    "day": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday"),
    "relative": ("mother", "father", "neighbor", "sister", "grandfather", "aunt", "husband", "wife", "son"),
    "person": ("Rosa Quillfeather", "Peter Lanternby", "Maria Oldenbrook", "James Tillowater"),
    "mailbox": ("rq.larkmere", "blue.kayak", "peterl", "night.baker", "oak.and.elm"),
}  # fmt: skip

ENGLISH: Final = Language(
    places=_PLACES,
    services=_SERVICES,
    trouble=_TROUBLE,
    relief=_RELIEF,
    mixed=_MIXED,
    endings=CommentPhrases(_ENDINGS_GOOD, _ENDINGS_BAD),
    personal=_PERSONAL,
    words=_WORDS,
)
