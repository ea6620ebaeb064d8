from apps.notifications.admin import deliveries, people, policies, tasks, webhooks

__all__ = ["deliveries", "people", "policies", "tasks", "webhooks"]
