"""Which pages this app has for staff (apps/backoffice/navigation.py says what becomes of them)."""

from django.utils.translation import gettext_lazy as _

from apps.backoffice.navigation import Page, records, setting

TRAINING = _("Training and exams")

PAGES = (
    Page(
        _("My learning"),
        "school",
        "admin:training_course_learning",
        "training.take_attempt",
        about=_("Your courses, exams and qualifications."),
        section=TRAINING,
        words="培训 课程 考试 学习 资格",
    ),
    Page(
        _("Who learns, who may work"),
        "groups",
        "admin:training_course_who_learns",
        "training.view_enrolment",
        about=_("Who is late with a course, who passed, who may do live work; by unit."),
        section=TRAINING,
        words="培训进度 上岗 逾期",
    ),
    records(
        _("Qualifications"),
        "verified",
        "training.qualification",
        about=_("Who may do live work until when; waivers; revoking."),
        section=TRAINING,
        words="上岗资格 豁免 撤销",
    ),
    records(
        _("Exams taken"),
        "grading",
        "training.attempt",
        about=_("What was handed in, and what is to be marked."),
        section=TRAINING,
        words="阅卷 成绩 简答",
    ),
    records(
        _("Observed calls"),
        "hearing",
        "training.observation",
        about=_("Real calls that a leader has listened to, point by point."),
        section=TRAINING,
        words="听音 质检 电话礼仪",
    ),
    records(
        _("Courses"),
        "library_books",
        "training.course",
        about=_("Courses, their lessons, and who is enrolled."),
        section=TRAINING,
        words="课程 课件 报名",
    ),
    records(
        _("Question bank"),
        "quiz",
        "training.question",
        about=_("What exams draw from; regrading."),
        section=TRAINING,
        words="题库 重新评分",
    ),
    Page(
        _("Questions from a sheet"),
        "upload_file",
        "admin:backoffice_importfile_new_training_question",
        "training.add_question",
        about=_("Take in many questions at once."),
        section=TRAINING,
        words="导入题目",
    ),
    setting(
        _("Exams"),
        "assignment",
        "training.exam",
        _("What an exam draws, how long it takes, what passes."),
        section=TRAINING,
    ),
    setting(
        _("Requirements"),
        "rule",
        "training.requirement",
        _("Which role works where only with which exam."),
        section=TRAINING,
    ),
)
