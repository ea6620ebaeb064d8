from apps.notifications.admin import deliveries, people, platforms, policies, tasks, webhooks

__all__ = ["deliveries", "people", "platforms", "policies", "tasks", "webhooks"]
