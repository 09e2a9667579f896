"""MSG91's protocol: one-time codes and approved templates by SMS (integrations.md; texts: rules.md 5.1 and 7)."""

import json
import re
from secrets import token_hex

from localhost.standins.answers import Answer, json_answer
from localhost.standins.inbox import Inbox
from localhost.standins.provider import Request

CODE_TEXT = "Your One-Time Password (OTP) is {code}. Valid for {minutes} minutes."
APPROVAL_TEXT = "Your Solarium registration is approved."

MOBILE = r"91[6-9]\d{9}"


class Msg91:
    """Reports what is wrong with a request inside a 200, as MSG91 does."""

    name = "msg91"

    def __init__(self, inbox: Inbox) -> None:
        self._inbox = inbox

    def answer(self, request: Request) -> Answer:
        routes = {"/api/v5/otp": self._code, "/api/v5/flow": self._flow}
        route = routes.get(request.path.rstrip("/"))
        if request.method != "POST" or route is None:
            return Answer(404, self.complaint("Not found"), {"Content-Type": "application/json"})
        problem = "authkey missing" if not request.headers.get("authkey") else route(request)
        if problem:
            return Answer(200, self.complaint(problem), {"Content-Type": "application/json"})
        return self.success()

    def success(self) -> Answer:
        return json_answer(200, {"type": "success", "request_id": token_hex(12)})

    def complaint(self, words: str) -> bytes:
        return json.dumps({"type": "error", "message": words}).encode()

    def _code(self, request: Request) -> str | None:
        """Keep the SMS with the code, or tell what is wrong."""
        wanted = {"template_id": r".+", "mobile": MOBILE, "otp": r"\d{4,9}", "otp_expiry": r"[1-9]\d{0,4}"}
        for name, form in wanted.items():
            if not re.fullmatch(form, request.query.get(name, "")):
                return f"{name} missing or invalid"
        code = request.query["otp"]
        text = CODE_TEXT.format(code=code, minutes=request.query["otp_expiry"])
        self._inbox.keep("sms", request.query["mobile"][2:], text, code=code)
        return None

    def _flow(self, request: Request) -> str | None:
        """Keep an SMS for each recipient, or tell what is wrong."""
        try:
            body = json.loads(request.body)
            template, recipients = body["template_id"], body["recipients"]
            mobiles = [str(recipient["mobiles"]) for recipient in recipients]
        except (ValueError, LookupError, TypeError):
            return "template_id or recipients missing"
        if not isinstance(template, str) or not template:
            return "template_id invalid"
        if not mobiles or not all(re.fullmatch(MOBILE, mobile) for mobile in mobiles):
            return "mobiles invalid"
        for mobile in mobiles:
            self._inbox.keep("sms", mobile[2:], APPROVAL_TEXT)
        return None
