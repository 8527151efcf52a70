"""Who may do what: the ladder of roles in a group."""

from enum import IntEnum


class Role(IntEnum):
    """Ordered: a higher role may do all a lower one may.

    `DEPUTY` (代管) is named by admins in chat, beyond QQ's own limit on admins; `SUPERUSER` is configured on the host.
    """

    MEMBER = 0
    DEPUTY = 1
    ADMIN = 2
    OWNER = 3
    SUPERUSER = 4

    @property
    def label(self) -> str:
        return ROLE_LABELS[self]

    @property
    def and_above(self) -> str:
        """Who has this role or a higher one, in words that every member knows: `代管、管理员和群主`."""
        return "和".join(ABOVE.get(self, (self.label,)))

    @property
    def or_above(self) -> str:
        """One of them: `代管、管理员或群主`."""
        return "或".join(ABOVE.get(self, (self.label,)))

    @classmethod
    def of_qq(cls, role: str) -> "Role":
        """Read QQ's own word (`owner`, `admin`, `member`); anything unknown is a member."""
        return QQ_ROLES.get(role, cls.MEMBER)


ROLE_LABELS = {
    Role.MEMBER: "成员",
    Role.DEPUTY: "代管",
    Role.ADMIN: "管理员",
    Role.OWNER: "群主",
    Role.SUPERUSER: "超级用户",
}
ABOVE = {Role.DEPUTY: ("代管、管理员", "群主"), Role.ADMIN: ("管理员", "群主")}
QQ_ROLES = {"owner": Role.OWNER, "admin": Role.ADMIN}
