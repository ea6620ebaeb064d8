"""Who may do what with this app's things; config/roles.py puts the tables of all apps together."""

from apps.accounts.enums import Role
from apps.core.codenames import maintain, may, view

SEE = view(
    "authorisedsigner courier deliveryconsent eventbatch feedbacksheet lateshipment"
    " partneragreement partnercarrier partnernumber partnerscore promisechange proofofdelivery"
    " proofphoto refusedevent returndocument returndocumentmove servicelane servicelevel"
    " shipmentfeedback shipmenthold shipmentwatch silencelimit stageassignment stageoverrun trackingevent waybill"
)
MOVE = (
    SEE
    | maintain("proofofdelivery")
    | may(
        "add_scan attach_partner_number import_trackingevent move_returndocument retry_refusedevent weigh_waybill"
    )
)
FOLLOW = MOVE | may(
    "authorise_signer change_promise close_lateshipment handle_lateshipment record_satisfaction"
    " reveal_waybill send_feedbacksheet"
)
CORRECT = SEE | may("correct_proofofdelivery correct_trackingevent reveal_waybill")
# Whose record a stage is on is decided by those who arrange the carrying and run the network.
ARRANGE = may("assign_stage")
RUN_NETWORK = ARRANGE | maintain(
    "courier partneragreement partnercarrier servicelane servicelevel silencelimit"
)

ROLES = {
    Role.AGENT: FOLLOW,
    Role.DIRECTOR: FOLLOW | CORRECT,
    Role.DEPARTMENT_MANAGER: CORRECT | RUN_NETWORK,
    Role.PROJECT_MANAGER: FOLLOW | CORRECT | RUN_NETWORK,
    Role.QC_MANAGER: CORRECT,
    Role.DEPUTY_GENERAL_MANAGER: CORRECT,
    Role.GENERAL_MANAGER: CORRECT | may("destroy_returndocument"),
    Role.DISPATCHER: MOVE | ARRANGE | may("reveal_waybill"),
    Role.FREIGHT_CLERK: MOVE
    | ARRANGE
    | maintain("partnercarrier")
    | may("handle_lateshipment reveal_waybill"),
    Role.FINANCE: SEE,
    Role.SETTLEMENT_CLERK: SEE,
    Role.CASHIER: SEE,
    Role.SALES: SEE,
    Role.WAREHOUSE_MANAGER: MOVE,
    Role.DELIVERY_MANAGER: MOVE | CORRECT | RUN_NETWORK,
}
