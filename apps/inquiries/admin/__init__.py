from apps.inquiries.admin import kuaidi100, messages, records

__all__ = ["kuaidi100", "messages", "records"]
